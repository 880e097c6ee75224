#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/files.h"
#include "base/core/result.h"
#include "deployer/engine/engine.h"
#include "ledger/revision.h"

// One rollout's events on disk. The engine is deterministic, so the events are the state: whoever has the journal can
// take the rollout up where it was. See docs/formats/journal.md.
namespace trunkline::deployer {

// What a rollout was begun with: enough to go on, or back, without the rollout file and without the artifact's source.
struct Header {
  std::string id;
  std::string service;
  std::string file;  // the rollout file's name and text
  std::string text;
  std::string artifact;  // the path of what is released, from the root; the file's own may be another
  Before before;         // what ran, and where
  ledger::Revision to;
  base::WallTime started_at{};
  std::string who;

  bool operator==(const Header&) const = default;
};

struct Recorded {
  base::Millis at{0};  // the rollout's own time
  base::WallTime wall{};
  Event event;

  bool operator==(const Recorded&) const = default;
};

struct JournalContent {
  Header header;
  std::vector<Recorded> events;
  size_t whole_bytes = 0;  // how much of the file is whole records
};

// Reads a journal. A record that was cut short at the end is left out; one that is damaged with others behind it is
// Kind::invalid, for then the state is not known. Kind::not_found if there is no journal.
base::Result<JournalContent> read_journal(const std::filesystem::path& file);
// The same of its text; `file` is for the errors.
base::Result<JournalContent> parse_journal(std::string_view text, const std::filesystem::path& file);

// The end that is written to. Not thread-safe; the holder of the service's lock is its only writer.
class Journal {
 public:
  // Starts a new journal in the place of an older one, in one step.
  static base::Result<Journal> create(const std::filesystem::path& file, const Header& header);

  // Goes on behind the whole records of `content`; a torn tail is cut off.
  static base::Result<Journal> reopen(const std::filesystem::path& file, const JournalContent& content);

  // The record is on the disk when this returns. On failure nothing that depends on it may be done; the records
  // before it are untouched.
  base::Result<> append(const Recorded& recorded);

 private:
  Journal(std::filesystem::path file, base::Descriptor out, size_t size)
      : file_(std::move(file)), out_(std::move(out)), size_(size) {}

  std::filesystem::path file_;
  base::Descriptor out_;
  size_t size_;  // of the whole records
};

// A record as it stands in the journal, with its newline; and read again. Kind::invalid if it is damaged.
std::string record_text(const Recorded& recorded);
base::Result<Recorded> parse_record(std::string_view line);

// The state that the events lead to.
State replay(const Plan& plan, const std::vector<Recorded>& events);

}  // namespace trunkline::deployer
