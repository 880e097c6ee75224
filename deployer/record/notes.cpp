#include "deployer/record/notes.h"

#include <cerrno>
#include <fcntl.h>

#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/text.h"
#include "deployer/dial/share_dial.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;

namespace {

constexpr uintmax_t kMostBytes = 1024 * 1024;

base::Millis time_of(const base::Json& json) {
  const base::Json* time = base::find(json, "at_ms");
  return base::Millis{time != nullptr && time->is_int64() ? time->as_int64() : 0};
}

}  // namespace

base::Result<> append_note(const ServiceFolder& folder, const Note& note) {
  const fs::path file = notes_file(folder);
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored) && fs::file_size(file, ignored) >= kMostBytes) {
    fs::rename(file, old_notes_file(folder), ignored);
  }
  const base::Descriptor out{open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)};
  if (!out) return base::fail(base::system_error("open " + file.string(), errno));
  base::JsonObject json{{"at", base::to_iso8601(note.at)}, {"who", note.who}, {"kind", note.kind}, {"text", note.text}};
  if (!note.release.empty()) {
    json["release"] = note.release;
    json["at_ms"] = note.time.count();
  }
  return base::write_all(out.get(), base::to_text(json) + "\n", file.string());
}

void note(const ServiceFolder& folder, const std::string& who, const std::string& kind, const std::string& text) {
  (void)append_note(folder, {base::system_clock().wall(), who, kind, text});
}

void note_all(const ServiceFolder& folder, const std::vector<std::string>& texts, const std::string& release,
              base::Millis time, const std::string& kind) {
  for (const std::string& text : texts) {
    (void)append_note(folder, {base::system_clock().wall(), "deployer", text.starts_with(kDrift) ? "drift" : kind, text,
                               release, time});
  }
}

std::vector<Note> parse_notes(std::string_view text) {
  std::vector<Note> notes;
  for (const std::string_view line : base::split(text, '\n')) {
    const auto json = base::parse_json(line);
    const auto at = json ? base::parse_iso8601(base::string_or(*json, "at")) : base::Result<base::WallTime>{};
    if (!json || !at) continue;
    notes.push_back({*at, base::string_or(*json, "who"), base::string_or(*json, "kind"), base::string_or(*json, "text"),
                     base::string_or(*json, "release"), time_of(*json)});
  }
  return notes;
}

std::vector<Note> read_notes(const ServiceFolder& folder) {
  std::vector<Note> notes = parse_notes(base::read_file(old_notes_file(folder)).value_or(""));
  const std::vector<Note> newer = parse_notes(base::read_file(notes_file(folder)).value_or(""));
  notes.insert(notes.end(), newer.begin(), newer.end());
  return notes;
}

fs::path notes_file(const ServiceFolder& folder) {
  return folder.root() / "notes.jsonl";
}

fs::path old_notes_file(const ServiceFolder& folder) {
  return folder.root() / "notes.jsonl.1";
}

}  // namespace trunkline::deployer
