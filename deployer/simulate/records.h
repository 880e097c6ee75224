#pragma once

#include <optional>
#include <vector>

#include "deployer/journal/journal.h"

namespace trunkline::deployer {

// The journal of a simulated rollout, which outlives the deployer processes that write it.
class Records {
 public:
  explicit Records(const Plan& plan) : plan_(plan), found_(initial_state(plan)) {}

  void append(Recorded recorded) { written_.push_back(std::move(recorded)); }
  size_t size() const { return written_.size(); }
  size_t ever() const { return lost_ + written_.size(); }
  base::Millis last() const { return written_.empty() ? base::Millis{0} : written_.back().at; }  // the rollout's time

  // The state that a new process finds: each record goes through the journal's real text and back, once. Nothing if
  // one cannot be read again.
  std::optional<State> read();

  // The folder is gone, and with it all that is written.
  void lose();

  // The state that the events lead to as they were written.
  State replay() const { return deployer::replay(plan_, written_); }

 private:
  const Plan& plan_;
  std::vector<Recorded> written_;
  size_t read_ = 0;  // so many of them were read again, which led to:
  State found_;
  size_t lost_ = 0;
};

}  // namespace trunkline::deployer
