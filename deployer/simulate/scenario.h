#pragma once

#include <optional>
#include <vector>

#include "deployer/plan/plan.h"
#include "deployer/simulate/fault.h"

namespace trunkline::deployer {

// One simulated rollout: what is released how, and what goes wrong.
struct Scenario {
  uint64_t seed = 0;
  Rollout rollout;
  Plan plan;
  std::vector<Fault> faults;
};

// Draws everything from the seed: all strategies, 1 to 40 instances, 1 to 5 waves, 1 to 3 balancers, 0 to 6 faults.
// With `file` that rollout's own strategy and only the faults are drawn. Nothing if the file's plan cannot be compiled
// (never without).
Scenario draw_scenario(uint64_t seed);
base::Result<Scenario> draw_scenario(uint64_t seed, const Rollout& file);

}  // namespace trunkline::deployer
