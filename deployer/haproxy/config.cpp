#include "deployer/haproxy/config.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr std::array<std::string_view, 14> kSections = {"global",  "defaults",  "frontend",    "backend",  "listen",
                                                        "peers",   "resolvers", "cache",       "fcgi-app", "userlist",
                                                        "mailers", "program",   "http-errors", "ring"};

bool is_section(std::string_view word) {
  return std::find(kSections.begin(), kSections.end(), word) != kSections.end();
}

// One line's way from letters to words.
class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  // False for a quote that does not end.
  bool split(std::vector<std::string>& words) {
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (c == '#' && quote_ == 0) break;
      if (quote_ == 0 && (c == ' ' || c == '\t' || c == '\r')) {
        end_word(words);
      } else {
        take(c);
      }
    }
    end_word(words);
    return quote_ == 0;
  }

 private:
  void take(char c) {
    if (quote_ != 0 && c == quote_) {
      quote_ = 0;
    } else if (quote_ == 0 && (c == '"' || c == '\'')) {
      quote_ = c;
      begun_ = true;  // "" is a word, too
    } else {
      if (c == '\\' && quote_ != '\'' && at_ + 1 < line_.size()) c = line_[++at_];
      word_ += c;
      begun_ = true;
    }
  }

  void end_word(std::vector<std::string>& words) {
    if (begun_) words.push_back(std::move(word_));
    word_.clear();
    begun_ = false;
  }

  std::string_view line_;
  size_t at_ = 0;
  char quote_ = 0;
  bool begun_ = false;
  std::string word_;
};

}  // namespace

bool ConfigLine::begins_with(const std::vector<std::string_view>& wanted) const {
  return words.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), words.begin());
}

std::string ConfigLine::after(std::string_view word) const {
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
}

bool ConfigLine::has(std::string_view word) const {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const ConfigLine* ConfigSection::find(const std::vector<std::string_view>& words) const {
  const auto found =
      std::find_if(body.rbegin(), body.rend(), [&](const auto& line) { return line.begins_with(words); });
  return found == body.rend() ? nullptr : &*found;
}

const ConfigSection* HaproxyConfig::find(std::string_view kind, std::string_view name) const {
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const ConfigSection& section) {
    return section.kind() == kind && section.name() == name;
  });
  return found == sections.end() ? nullptr : &*found;
}

const ConfigSection* HaproxyConfig::defaults_of(const ConfigSection& section) const {
  const std::string named = section.head.after("from");
  if (!named.empty())
    return named == section.name() && section.kind() == "defaults" ? nullptr : find("defaults", named);
  if (section.kind() == "defaults") return nullptr;
  const ConfigSection* last = nullptr;
  for (const ConfigSection& one : sections) {
    if (&one == &section) return last;
    if (one.kind() == "defaults") last = &one;
  }
  return last;
}

const ConfigLine* HaproxyConfig::setting(const ConfigSection& section,
                                         const std::vector<std::string_view>& words) const {
  std::vector<std::string_view> negated{"no"};
  negated.insert(negated.end(), words.begin(), words.end());
  if (const ConfigLine* own = section.find(words)) return own;
  if (section.find(negated) != nullptr) return nullptr;
  const ConfigSection* defaults = defaults_of(section);
  if (defaults == nullptr) return nullptr;
  return defaults > &section ? nullptr : setting(*defaults, words);  // they stand before what builds on them
}

Result<HaproxyConfig> parse_haproxy_config(std::string_view text, const std::string& file) {
  HaproxyConfig config;
  config.file = file;
  if (!text.ends_with('\n'))
    return fail(Kind::invalid, "the last line does not end; HAProxy takes it for cut off", config.where(0));
  text.remove_suffix(1);
  for (const std::string_view line : base::split(text, '\n')) {
    config.lines.emplace_back(line);
    ConfigLine read{static_cast<int>(config.lines.size()), {}};
    if (!Splitter(line).split(read.words))
      return fail(Kind::invalid, "a quote does not end", config.where(read.number));
    if (read.words.empty()) continue;
    if (is_section(read.words[0])) {
      config.sections.push_back({std::move(read), {}});
    } else if (!config.sections.empty()) {
      config.sections.back().body.push_back(std::move(read));
    } else if (!read.words[0].starts_with('.')) {  // .if, .notice and their like may stand anywhere
      return fail(Kind::invalid, "expected a section such as global, got \"" + read.words[0] + "\"",
                  config.where(read.number));
    }
  }
  return config;
}

}  // namespace trunkline::deployer
