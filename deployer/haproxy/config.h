#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

// A haproxy.cfg as its lines and words, with their places. It knows how the file is written, not what it means. Pure.
namespace trunkline::deployer {

// Words as HAProxy splits them: quotes and backslashes are taken away, comments left out, variables stay as written.
struct ConfigLine {
  int number = 0;  // from 1
  std::vector<std::string> words;

  // Whether it begins with these words.
  bool begins_with(const std::vector<std::string_view>& words) const;
  // The word behind `word`, "" if there is none.
  std::string after(std::string_view word) const;
  bool has(std::string_view word) const;
};

struct ConfigSection {
  ConfigLine head;               // "backend shop from base"
  std::vector<ConfigLine> body;  // without empty lines and comments

  const std::string& kind() const { return head.words[0]; }
  std::string name() const { return head.words.size() > 1 ? head.words[1] : ""; }
  // The last line of it that begins so, or null; it lives as long as the section.
  const ConfigLine* find(const std::vector<std::string_view>& words) const;
  int last_number() const { return body.empty() ? head.number : body.back().number; }
};

struct HaproxyConfig {
  std::string file;
  std::vector<std::string> lines;  // as they are, without their ends
  std::vector<ConfigSection> sections;

  // The section of that name, or null; it lives as long as the config. A `listen` is both frontend and backend.
  const ConfigSection* find(std::string_view kind, std::string_view name) const;
  // The defaults that hold for a section: those it names, or the last ones before it; for defaults
  // only those they name. Null if there are none.
  const ConfigSection* defaults_of(const ConfigSection& section) const;
  // The line of a section that begins so, or of its defaults; null if neither has one.
  const ConfigLine* setting(const ConfigSection& section, const std::vector<std::string_view>& words) const;
  base::Where where(int line) const { return {file, line, 0}; }
};

// Kind::invalid with the place of a quote that does not end, and of a line before any section.
base::Result<HaproxyConfig> parse_haproxy_config(std::string_view text, const std::string& file);

}  // namespace trunkline::deployer
