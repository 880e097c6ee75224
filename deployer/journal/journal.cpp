#include "deployer/journal/journal.h"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/core/json.h"
#include "deployer/engine/event_json.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Json;
using base::JsonObject;
using base::Kind;
using base::Result;

namespace {

constexpr int kFormat = 2;                     // 1 had no pools and no dials; its rollouts read the same
constexpr size_t kMostMembers = 10;            // of a record
constexpr size_t kSumLength = 8;               // of the CRC-32 in hexadecimal digits
constexpr size_t kMaxBytes = size_t{1} << 30;  // weeks of a measurement a second

// The CRC-32 of the JSON text, in eight hexadecimal digits.
std::string sum_of(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::array<char, kSumLength> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), crc.checksum(), 16).ptr;
  std::string sum(kSumLength, '0');
  std::copy_backward(digits.begin(), end, sum.end());
  return sum;
}

// "1a2b3c4d {...}\n": the sum, then the text.
std::string line_of(const Json& json) {
  const std::string text = base::to_text(json);
  return sum_of(text).append(" ").append(text).append("\n");
}

// The JSON of a whole line without its newline, or nothing if it is damaged.
std::optional<Json> json_of(std::string_view line) {
  if (line.size() < kSumLength + 2 || line[kSumLength] != ' ') return std::nullopt;
  const std::string_view text = line.substr(kSumLength + 1);
  if (sum_of(text) != line.substr(0, kSumLength)) return std::nullopt;
  auto json = base::parse_json(text);
  if (!json) return std::nullopt;
  return *std::move(json);
}

Json to_json(const Header& header) {
  JsonObject json{{"format", kFormat},   {"id", header.id},     {"service", header.service},
                  {"file", header.file}, {"text", header.text}, {"artifact", header.artifact}};
  if (header.before.revision) json["from"] = ledger::to_json(*header.before.revision);
  json["pool"] = to_string(header.before.pool);
  json["to"] = ledger::to_json(header.to);
  json["started_at"] = base::to_iso8601(header.started_at);
  json["who"] = header.who;
  return json;
}

Result<Header> header_from_json(const Json& json) {
  const Json* format = base::find(json, "format");
  const bool known =
      format != nullptr && format->is_int64() && format->as_int64() >= 1 && format->as_int64() <= kFormat;
  if (!known) {
    return fail(Kind::invalid, fmt::format("a journal of format {}, this version reads up to {}: finish that rollout "
                                           "with the version that began it",
                                           format == nullptr ? "?" : base::to_text(*format), kFormat));
  }
  using base::string_or;
  Header header{string_or(json, "id"),
                string_or(json, "service"),
                string_or(json, "file"),
                string_or(json, "text"),
                string_or(json, "artifact"),
                {},
                {},
                {},
                string_or(json, "who")};
  if (const Json* from = base::find(json, "from")) header.before.revision = ledger::revision_from_json(*from);
  if (string_or(json, "pool") == to_string(Pool::twin)) header.before.pool = Pool::twin;
  if (const Json* to = base::find(json, "to")) header.to = ledger::revision_from_json(*to);
  TRY_ASSIGN(header.started_at, base::parse_iso8601(string_or(json, "started_at")));
  return header;
}

Json to_json(const Recorded& recorded) {
  JsonObject json;
  json.reserve(kMostMembers);
  json["at_ms"] = recorded.at.count();
  json["wall"] = base::to_iso8601(recorded.wall);
  Json event = deployer::to_json(recorded.event);
  for (auto& member : event.as_object()) json.emplace(member.key(), std::move(member.value()));
  return json;
}

Result<Recorded> recorded_from_json(const Json& json) {
  Recorded recorded;
  const Json* at = base::find(json, "at_ms");
  if (at == nullptr || !at->is_int64()) return fail(Kind::invalid, "a record without its time");
  recorded.at = base::Millis{at->as_int64()};
  TRY_ASSIGN(recorded.wall, base::parse_iso8601(base::string_or(json, "wall")));
  TRY_ASSIGN(recorded.event, event_from_json(json));
  return recorded;
}

Result<> take_record(const Json& json, bool first, JournalContent& content) {
  if (first) {
    TRY_ASSIGN(content.header, header_from_json(json));
    return {};
  }
  TRY_ASSIGN(Recorded recorded, recorded_from_json(json));
  content.events.push_back(std::move(recorded));
  return {};
}

}  // namespace

Result<JournalContent> read_journal(const fs::path& file) {
  TRY_ASSIGN(const std::string text, base::read_file(file, kMaxBytes));
  return parse_journal(text, file);
}

Result<JournalContent> parse_journal(std::string_view rest, const fs::path& file) {
  JournalContent content;
  for (int number = 1; !rest.empty(); ++number) {
    const base::Where where{file.string(), number, 0};
    const size_t end = rest.find('\n');
    const bool last = end == std::string_view::npos || end + 1 == rest.size();
    const auto json = end == std::string_view::npos ? std::nullopt : json_of(rest.substr(0, end));
    if (!json && last && number > 1) break;  // cut short while it was written: it never counted
    if (!json) return fail(Kind::invalid, "the journal is damaged here", where);
    auto taken = take_record(*json, number == 1, content);
    if (!taken) return fail(Kind::invalid, taken.error().message, where);
    content.whole_bytes += end + 1;
    rest.remove_prefix(end + 1);
  }
  if (content.whole_bytes == 0) return fail(Kind::invalid, "the journal is empty", {file.string(), 0, 0});
  return content;
}

Result<Journal> Journal::create(const fs::path& file, const Header& header) {
  const std::string line = line_of(to_json(header));
  TRY(base::write_file_atomically(file, line, 0600));
  base::Descriptor out{open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
  if (!out) return fail(base::system_error("open " + file.string(), errno));
  return Journal(file, std::move(out), line.size());
}

Result<Journal> Journal::reopen(const fs::path& file, const JournalContent& content) {
  base::Descriptor out{open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
  if (!out || ftruncate(out.get(), static_cast<off_t>(content.whole_bytes)) != 0) {
    return fail(base::system_error("open " + file.string(), errno));
  }
  return Journal(file, std::move(out), content.whole_bytes);
}

Result<> Journal::append(const Recorded& recorded) {
  const std::string line = record_text(recorded);
  auto written = base::write_all(out_.get(), line, file_.string());
  if (written && fsync(out_.get()) != 0) written = fail(base::system_error("fsync " + file_.string(), errno));
  if (written) {
    size_ += line.size();
  } else if (ftruncate(out_.get(), static_cast<off_t>(size_)) != 0) {
    // Half a record stays at the end. Nothing is written behind it: the next append fails on the same file.
    out_.reset();
  }
  return written;
}

std::string record_text(const Recorded& recorded) {
  return line_of(to_json(recorded));
}

Result<Recorded> parse_record(std::string_view line) {
  if (!line.ends_with('\n')) return fail(Kind::invalid, "a record without its end");
  const auto json = json_of(line.substr(0, line.size() - 1));
  if (!json) return fail(Kind::invalid, "a damaged record");
  return recorded_from_json(*json);
}

State replay(const Plan& plan, const std::vector<Recorded>& events) {
  State state = initial_state(plan);
  for (const Recorded& recorded : events) state = advance(plan, std::move(state), recorded.event, recorded.at).state;
  return state;
}

}  // namespace trunkline::deployer
