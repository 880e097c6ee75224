#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"

namespace trunkline::flags {

// What a source holds at one moment, unread.
struct SourceText {
  std::string text;
  std::string name;      // for messages, e.g. "flags/flags.json"
  std::string revision;  // the commit; empty for a file
};

// A place that flags come from. One thread at a time, but for cancel().
class Source {
 public:
  virtual ~Source() = default;

  // The text if it is another one than the last call gave, else nothing. Every failure may pass: ask again.
  virtual base::Result<std::optional<SourceText>> poll() = 0;

  // How long to wait between two polls where the agent is told `wanted`.
  virtual base::Millis interval(base::Millis wanted) const = 0;

  // A descriptor that becomes readable when it is worth while to poll before the interval is over; -1: none. Asked
  // again after each poll.
  virtual int watch() const { return -1; }

  // Ends a poll that is under way, as far as its library can; no poll follows. From any thread.
  virtual void cancel() {}
};

// What --source says.
struct SourceSpec {
  enum class Kind { file, git, http };
  Kind kind = Kind::file;
  std::string location{};  // a path, a git URL, a URL
  std::string branch{};    // git only
  std::string commit{};    // git only: the first digits of the one commit to serve; empty: the branch's tip
  std::string path{};      // git only: the file in the repository
  std::string token{};     // http only: sent as a bearer token; parse_source_spec leaves it empty
  std::string display{};   // for metrics, logs and the cache: what was said, without user and password
};

// file:PATH, git:URL#BRANCH[@COMMIT]:PATH, http://... or https://..., anything else is Kind::usage.
base::Result<SourceSpec> parse_source_spec(std::string_view text);

// `folder` is where a git source may keep its copy of a remote repository.
std::unique_ptr<Source> make_source(const SourceSpec& spec, const std::filesystem::path& folder);

}  // namespace trunkline::flags
