#pragma once

#include <string>

#include "base/core/result.h"
#include "deployer/run/move_options.h"

namespace trunkline::deployer {

// Stops every instance of the service, at the load balancer first; an unfinished rollout ends as failed. An instance
// that users may still reach is not stopped: where the balancer does not answer, nothing is, unless forced.
base::Result<int> take_down(const std::string& service, bool force, const MoveOptions& options);

}  // namespace trunkline::deployer
