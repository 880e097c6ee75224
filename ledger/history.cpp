#include "ledger/history.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/core/digest.h"
#include "base/core/files.h"
#include "base/core/text.h"

namespace trunkline::ledger {
namespace fs = std::filesystem;
using base::fail;
using base::Json;
using base::JsonObject;
using base::Kind;
using base::Result;

namespace {

constexpr int kVersion = 1;

// The hash of a line is that of its text without the hash itself, which is its last member.
std::string hash_of(JsonObject line) {
  line.erase("hash");
  return base::sha256(base::to_text(line));
}

Result<base::WallTime> time_member(const Json& json, std::string_view key, const base::Where& where) {
  auto time = base::parse_iso8601(base::string_or(json, key));
  if (!time) return fail(Kind::invalid, fmt::format("{}: {}", key, time.error().message), where);
  return time;
}

Result<Release> release_from_json(const Json& json, const base::Where& where) {
  using base::string_or;
  Release release;
  release.id = string_or(json, "id");
  release.service = string_or(json, "service");
  release.environment = string_or(json, "environment");
  release.kind = string_or(json, "kind");
  if (const Json* from = base::find(json, "from")) release.from = revision_from_json(*from);
  if (const Json* to = base::find(json, "to")) release.to = revision_from_json(*to);
  release.strategy = string_or(json, "strategy");
  TRY_ASSIGN(release.started_at, time_member(json, "started_at", where));
  TRY_ASSIGN(release.ended_at, time_member(json, "ended_at", where));
  if (base::find(json, "first_exposed_at") != nullptr) {
    TRY_ASSIGN(release.first_exposed_at, time_member(json, "first_exposed_at", where));
  }
  release.outcome = string_or(json, "outcome");
  release.reason = string_or(json, "reason");
  release.who = string_or(json, "who");
  return release;
}

struct Line {
  Release release;
  std::string hash;
};

Result<Line> read_line(std::string_view text, const std::string& previous_hash, const base::Where& where) {
  auto json = base::parse_json(text);
  if (!json || !json->is_object()) return fail(Kind::invalid, "not a line of release history", where);
  const std::string hash = base::string_or(*json, "hash");
  if (base::string_or(*json, "prev_hash") != previous_hash || hash != hash_of(json->as_object())) {
    return fail(Kind::invalid, "the hash chain is broken: this line or the one before was changed or taken out", where);
  }
  TRY_ASSIGN(Release release, release_from_json(*json, where));
  return Line{std::move(release), hash};
}

// All whole lines; what stands behind the last newline is a write that was cut short.
Result<std::vector<Line>> read_lines(const fs::path& file, std::string_view text) {
  std::vector<Line> lines;
  std::string previous;
  for (int number = 1; text.find('\n') != std::string_view::npos; ++number) {
    const size_t end = text.find('\n');
    TRY_ASSIGN(Line line, read_line(text.substr(0, end), previous, {file.string(), number, 0}));
    previous = line.hash;
    lines.push_back(std::move(line));
    text.remove_prefix(end + 1);
  }
  return lines;
}

Result<std::string> read_or_empty(const fs::path& file) {
  auto text = base::read_file(file);
  if (!text && text.error().kind == Kind::not_found) return std::string();
  return text;
}

}  // namespace

Json to_json(const Release& release) {
  JsonObject json{{"version", kVersion},
                  {"id", release.id},
                  {"service", release.service},
                  {"environment", release.environment},
                  {"kind", release.kind}};
  if (release.from) json["from"] = to_json(*release.from);
  json["to"] = to_json(release.to);
  json["strategy"] = release.strategy;
  json["started_at"] = base::to_iso8601(release.started_at);
  if (release.first_exposed_at) json["first_exposed_at"] = base::to_iso8601(*release.first_exposed_at);
  json["ended_at"] = base::to_iso8601(release.ended_at);
  json["outcome"] = release.outcome;
  json["reason"] = release.reason;
  json["who"] = release.who;
  return json;
}

Result<> append_release(const fs::path& file, const Release& release) {
  TRY_ASSIGN(const std::string text, read_or_empty(file));
  TRY_ASSIGN(const std::vector<Line> lines, read_lines(file, text));
  if (!lines.empty() && lines.back().release.id == release.id) return {};
  JsonObject json = to_json(release).as_object();
  json["prev_hash"] = lines.empty() ? "" : lines.back().hash;
  json["hash"] = hash_of(json);
  const base::Descriptor out{open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)};
  const size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  const auto end = static_cast<off_t>(whole);
  if (!out || ftruncate(out.get(), end) != 0 || lseek(out.get(), end, SEEK_SET) < 0) {
    return fail(base::system_error("write " + file.string(), errno));
  }
  TRY(base::write_all(out.get(), base::to_text(json) + "\n", file.string()));
  if (fsync(out.get()) != 0) return fail(base::system_error("fsync " + file.string(), errno));
  return base::sync_folder(file.parent_path());
}

Result<std::vector<Release>> read_history(const fs::path& file) {
  TRY_ASSIGN(const std::string text, read_or_empty(file));
  TRY_ASSIGN(std::vector<Line> lines, read_lines(file, text));
  std::vector<Release> releases;
  releases.reserve(lines.size());
  for (Line& line : lines) releases.push_back(std::move(line.release));
  return releases;
}

}  // namespace trunkline::ledger
