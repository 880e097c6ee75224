#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/core/metrics.h"
#include "flags/agent/store/snapshot.h"
#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {

// A flag set as one caller sees it, and how often its flags are evaluated: flag_evaluations_total{flag,variant,reason}.
// Thread-safe; series are looked up when they are counted first and then held.
class View {
 public:
  // `metrics` outlives this.
  View(std::shared_ptr<const Snapshot> snapshot, base::Metrics& metrics);
  View(const View&) = delete;
  ~View();

  const Snapshot& snapshot() const { return *snapshot_; }
  const FlagSet& set() const { return snapshot_->set; }

  // Counts an evaluation of `flag`, one of this set's, or null for a key that there is not.
  void count(const Flag* flag, const Evaluation& evaluation) const;

 private:
  struct Counters;
  Counters& counters_of(const Flag& flag) const;

  std::shared_ptr<const Snapshot> snapshot_;
  base::Metrics& metrics_;
  base::Counter unknown_;
  mutable std::vector<std::atomic<Counters*>> counters_;  // by the flag's place in the set
};

}  // namespace trunkline::flags
