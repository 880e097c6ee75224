#pragma once

#include <memory>
#include <vector>

#include "base/core/lazy.h"
#include "base/core/metrics.h"
#include "flags/agent/store/flag_text.h"
#include "flags/agent/store/snapshot.h"
#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {

// A flag set as one caller sees it, with what is looked up or written once for each flag, when it is asked for first:
// the series of flag_evaluations_total{flag,variant,reason}, and its texts. Thread-safe.
class View {
 public:
  // `metrics` outlives this.
  View(std::shared_ptr<const Snapshot> snapshot, base::Metrics& metrics);
  View(const View&) = delete;
  ~View();

  const Snapshot& snapshot() const { return *snapshot_; }
  const FlagSet& set() const { return snapshot_->set; }
  // The snapshot's; it keeps the snapshot as long as it is kept itself.
  std::shared_ptr<const std::string> document() const { return {snapshot_, &snapshot_->document}; }

  // Counts an evaluation of `flag`, one of this set's, or null for a key that there is not.
  void count(const Flag* flag, const Evaluation& evaluation) const;

  // Of a flag of this set.
  const FlagText& text_of(const Flag& flag) const;

 private:
  struct Counters;
  size_t place_of(const Flag& flag) const { return static_cast<size_t>(&flag - set().flags().data()); }

  std::shared_ptr<const Snapshot> snapshot_;
  base::Metrics& metrics_;
  base::Counter unknown_;
  // By the flag's place in the set.
  mutable std::vector<base::Lazy<Counters>> counters_;
  mutable std::vector<base::Lazy<FlagText>> texts_;
};

}  // namespace trunkline::flags
