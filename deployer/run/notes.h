#pragma once

#include <string>
#include <vector>

#include "base/core/clock.h"
#include "deployer/drivers/service_folder.h"

// What happened to a service that is no event of a rollout: one JSON object a line of `notes.jsonl`. They are for
// people: nothing is decided by them, and none is worth stopping for. They carry no text of rollout files.
namespace trunkline::deployer {

struct Note {
  base::WallTime at{};
  std::string who;   // a person; "deployer" for what it saw by itself
  std::string kind;  // balancer | drift | down | lock
  std::string text;

  bool operator==(const Note&) const = default;
};

// Appends it in one write. A file that reached 1 MiB is put aside as `notes.jsonl.1`, in place of the one before.
base::Result<> append_note(const ServiceFolder& folder, const Note& note);
// The same, now; that it could not be written is not told.
void note(const ServiceFolder& folder, const std::string& who, const std::string& kind, const std::string& text);

// The oldest first, without lines that cannot be read.
std::vector<Note> read_notes(const ServiceFolder& folder);

}  // namespace trunkline::deployer
