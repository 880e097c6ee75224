#pragma once

#include <optional>
#include <vector>

#include "ledger/history.h"

// The revisions that a service went through, as its release history tells. Pure.
namespace trunkline::deployer {

// The revisions that completed releases put one on top of the other, oldest first; the last one runs. A release back to
// the revision below takes the top one away, so that undoing twice goes back by two. A first release, also one after
// `down`, begins anew with what it replaced, if anything.
std::vector<ledger::Revision> lineage(const std::vector<ledger::Release>& history);

// The revision below the one that runs, to which `undo` goes; nothing if there is none.
std::optional<ledger::Revision> revision_before(const std::vector<ledger::Release>& history);

}  // namespace trunkline::deployer
