#pragma once

#include "deployer/look/prepare.h"
#include "deployer/run/move_options.h"

namespace trunkline::deployer {

// Releases: runs the rollout to its end, and settles it. The exit code. Kind::locked if another deployer is at work.
// Where an unfinished rollout of the service is there, or somebody changed a share at the balancers since the last one,
// nothing is touched: what is next is printed, exit code 4.
base::Result<int> run_release(const Prepared& prepared, const MoveOptions& options);

}  // namespace trunkline::deployer
