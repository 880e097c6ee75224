#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/json.h"
#include "deployer/record/begun.h"
#include "deployer/record/notes.h"

// Everything that changed for the users of a service, and by whom. Pure.
namespace trunkline::deployer {

struct Change {
  base::WallTime at{};
  std::string what;  // release, share, admitted, promoted, pause, resume, promote, abort, held, taken back, completed,
                     // rolled back, failed, or a note's kind
  std::string who;   // "deployer" for what a rollout did by itself; "" where it is not known
  std::string detail;
  std::string release;  // the rollout's id; "" outside of one

  bool operator==(const Change&) const = default;
};

// The newest last. Of releases whose journal is not there the history tells the begin and the end. Without what is
// older than `since`.
std::vector<Change> timeline(const std::vector<Begun>& rollouts, const std::vector<ledger::Release>& history,
                             const std::vector<Note>& notes, std::optional<base::WallTime> since);

base::Json to_json(const Change& change);
std::string to_text(const std::vector<Change>& changes);  // a table

}  // namespace trunkline::deployer
