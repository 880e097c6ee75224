#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "ledger/revision.h"

// The release history: one JSON line a release, each carrying the hash of the line before, so that a line that was
// changed or taken out is seen. See docs/formats/history.md.
namespace trunkline::ledger {

struct Release {
  std::string id;
  std::string service;
  std::string environment;
  std::string kind = "code";  // code | flag
  std::optional<Revision> from;
  Revision to;
  std::string strategy;
  base::WallTime started_at{};
  std::optional<base::WallTime> first_exposed_at;  // when the first user could meet the change
  base::WallTime ended_at{};
  std::string outcome;  // completed | rolled_back | failed
  std::string reason;
  std::string who;

  bool operator==(const Release&) const = default;
};

base::Json to_json(const Release& release);

// Appends one line and fsyncs it. A release whose id stands in the last line already is left alone, so that a crash
// between writing and being told so writes no line twice. A torn last line is cut off first. The caller holds the
// service's lock.
base::Result<> append_release(const std::filesystem::path& file, const Release& release);

// All releases, oldest first; none if there is no file. Kind::invalid with file:line if a line cannot be read or the
// chain is broken there.
base::Result<std::vector<Release>> read_history(const std::filesystem::path& file);

}  // namespace trunkline::ledger
