#pragma once

#include "base/core/result.h"
#include "deployer/plan/fields.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// The `analysis` part of a rollout file. Also refuses what could never be judged: a metric without a condition, or one
// that no bake of `strategy` is long enough to measure.
base::Result<> read_analysis(const Fields& root, const Strategy& strategy, Analysis& analysis);

}  // namespace trunkline::deployer
