#pragma once

#include "deployer/plan/fields.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

extern const Table kTrafficKeys;

// `traffic`: the load balancers, and what they are set up for.
base::Result<> read_traffic(const Fields& root, std::optional<Traffic>& target);

}  // namespace trunkline::deployer
