#pragma once

#include <optional>

#include "deployer/drivers/service_folder.h"
#include "deployer/journal/journal.h"
#include "deployer/plan/plan.h"
#include "ledger/history.h"

namespace trunkline::deployer {

// A rollout that was begun: its journal read, its plan compiled again, its state replayed.
struct Begun {
  JournalContent journal;
  Rollout rollout;
  Plan plan;
  State state;

  bool finished() const { return state.phase == Phase::done; }
};

// The last rollout of the service; nothing before the first one. Kind::invalid if its journal is damaged.
base::Result<std::optional<Begun>> load_begun(const ServiceFolder& folder);

// The same of a journal that is read already.
base::Result<Begun> begun_of(JournalContent journal);

// Its line for the history. The rollout must be finished.
ledger::Release release_of(const Begun& begun);

// Writes what follows from a finished rollout, stable.json and the history, once: what was done after that, a `down`,
// is newer. The caller holds the service's lock.
base::Result<> settle(const ServiceFolder& folder, const Begun& begun);

}  // namespace trunkline::deployer
