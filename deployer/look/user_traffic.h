#pragma once

#include "deployer/plan/sensitivity.h"

namespace trunkline::deployer {

// What the balancers counted of the service's servers since they were started, on average; nothing where none of them
// answers, or nobody came. Reads only.
std::optional<UserTraffic> observe_user_traffic(const Rollout& rollout);

}  // namespace trunkline::deployer
