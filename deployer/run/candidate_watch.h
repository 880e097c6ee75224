#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <vector>

#include "deployer/dial/dial.h"
#include "deployer/look/prober.h"
#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// How the instances of the new revision do while users may meet them: a program that came up well may end, or stop
// being ready, at any time. Each call blocks until something is wrong, and says of which place and why; nothing where
// it was asked to stop. Thread-safe.
class CandidateWatch {
 public:
  struct Wrong {
    int place = -1;
    base::Error error;
  };

  // All of them outlive it.
  CandidateWatch(const Rollout& rollout, const Prober& prober, Dial& dial)
      : rollout_(rollout), prober_(prober), dial_(dial) {}

  // One of the places' processes ended, however soon its supervisor started it again.
  std::optional<Wrong> until_ended(const std::vector<int>& places, const std::stop_token& stop) const;

  // The place failed its readiness probe as often in a row as the probe allows.
  std::optional<Wrong> until_unready(int place, const std::stop_token& stop) const;

  // At a balancer that answers fewer than `needed` of the places are up, for longer than a health check is unsure. One
  // that a person took out does not count as down.
  std::optional<Wrong> until_down(const std::vector<int>& places, int needed, const std::stop_token& stop) const;

 private:
  const Rollout& rollout_;
  const Prober& prober_;
  Dial& dial_;
};

}  // namespace trunkline::deployer
