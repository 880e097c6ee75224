#pragma once

#include "deployer/plan/fields.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

extern const Table kWaveKeys;

// `targets.waves`, in the order in which they are released: as they stand, but behind those that they require. Every
// instance belongs to one wave. The instances have been read.
base::Result<> read_waves(const Fields& targets, Rollout& rollout);

}  // namespace trunkline::deployer
