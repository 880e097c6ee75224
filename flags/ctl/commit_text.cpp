#include "flags/ctl/commit_text.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::flags {

using base::CommitInfo;

std::string summary_of(const CommitInfo& commit) {
  return commit.message.substr(0, commit.message.find('\n'));
}

std::string trailer_of(const CommitInfo& commit, std::string_view name) {
  const std::string_view message = base::trim(commit.message);
  const size_t paragraph = message.rfind("\n\n");
  if (paragraph == std::string_view::npos) return "";
  const std::string head = fmt::format("{}: ", name);
  for (const std::string_view line : base::split(message.substr(paragraph + 2), '\n')) {
    if (line.starts_with(head)) return std::string(line.substr(head.size()));
  }
  return "";
}

base::JsonObject to_json(const CommitInfo& commit) {
  base::JsonObject json{{"commit", boost::json::string(commit.id)},
                        {"author", boost::json::string(commit.author.name)},
                        {"committed_at", boost::json::string(base::to_iso8601(commit.committed_at))},
                        {"summary", boost::json::string(summary_of(commit))}};
  const std::pair<const char*, const char*> trailers[] = {
      {"reason", "Reason"}, {"ticket", "Ticket"}, {"reverts", "Reverts"}};
  for (const auto& [member, name] : trailers) {
    if (const std::string text = trailer_of(commit, name); !text.empty()) json[member] = boost::json::string(text);
  }
  return json;
}

base::JsonArray to_json(const std::vector<std::string>& texts) {
  base::JsonArray array;
  for (const std::string& text : texts) array.push_back(boost::json::string(text));
  return array;
}

std::string age_of(const CommitInfo& commit, base::WallTime now) {
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  // The committer's clock may be ahead of ours.
  const auto age = std::max(now - commit.committed_at, base::Millis{0});
  if (age >= days{2}) return fmt::format("{}d", age / days{1});
  if (age >= hours{2}) return fmt::format("{}h", age / hours{1});
  if (age >= minutes{2}) return fmt::format("{}m", age / minutes{1});
  return fmt::format("{}s", age / seconds{1});
}

}  // namespace trunkline::flags
