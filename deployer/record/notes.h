#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "deployer/drivers/service_folder.h"

// What happened to a service that is no event of a rollout, though it may have been noted of one: one JSON object a
// line of `notes.jsonl`. They are for people: nothing is decided by them, and none is worth stopping for. They carry no
// text of rollout files.
namespace trunkline::deployer {

struct Note {
  base::WallTime at{};
  std::string who;   // a person; "deployer" for what it saw by itself
  std::string kind;  // balancer | drift | started | down | lock
  std::string text;
  std::string release = {};  // the id of the rollout that it was noted of; "" outside of one
  base::Millis time{0};      // that rollout's own

  bool operator==(const Note&) const = default;
};

// Appends it in one write. A file that reached 1 MiB is put aside as `notes.jsonl.1`, in place of the one before.
base::Result<> append_note(const ServiceFolder& folder, const Note& note);
// The same, now; that it could not be written is not told.
void note(const ServiceFolder& folder, const std::string& who, const std::string& kind, const std::string& text);
// The same of what the deployer saw of a rollout, at this time of its own; `release` is "" before it began. What
// begins with kDrift is of that kind.
void note_all(const ServiceFolder& folder, const std::vector<std::string>& texts, const std::string& release,
              base::Millis time, const std::string& kind = "balancer");

// The oldest first, without lines that cannot be read.
std::vector<Note> read_notes(const ServiceFolder& folder);
// The same of the text of such a file.
std::vector<Note> parse_notes(std::string_view text);

// The file that grows, and the one that was put aside.
std::filesystem::path notes_file(const ServiceFolder& folder);
std::filesystem::path old_notes_file(const ServiceFolder& folder);

}  // namespace trunkline::deployer
