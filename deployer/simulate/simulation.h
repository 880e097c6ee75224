#pragma once

#include <string>
#include <vector>

#include "deployer/simulate/world.h"

namespace trunkline::deployer {

// How one simulated rollout went.
struct Simulated {
  std::string ended;  // completed, rolled_back, failed or held
  std::vector<Violation> violations;
  std::vector<std::string> story;  // what happened, a line an event and act; only when told
  std::vector<bool> begun;         // which of the scenario's faults took place
  size_t records = 0;
};

// Runs the real engine on a simulated world, from the first event to its end, with the scenario's faults; the real
// journal format is written and read whenever a deployer is killed. The same scenario gives the same result.
Simulated simulate(const Scenario& scenario, Sabotage sabotage = Sabotage::none, bool tell = false);

// The same violation with as few faults as possible.
Scenario minimal(Scenario failing, Sabotage sabotage = Sabotage::none);

}  // namespace trunkline::deployer
