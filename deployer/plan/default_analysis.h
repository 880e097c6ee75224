#pragma once

#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// What judges every bake of a service behind a balancer whose file names no analysis: what the balancers count, the new
// side against the stable side. docs/formats/rollout.md shows it as a file would say it.
Analysis default_analysis(const Rollout& rollout);

}  // namespace trunkline::deployer
