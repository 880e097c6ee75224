#pragma once

#include "deployer/plan/fields.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

extern const Table kTargetsKeys;

// `targets`: the command, the instances and their twins, the waves.
base::Result<> read_targets(const Fields& root, Rollout& rollout);

}  // namespace trunkline::deployer
