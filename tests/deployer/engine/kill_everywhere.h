#pragma once

#include <functional>

#include "tests/deployer/engine/world.h"

namespace trunkline::deployer {

// Fault 1: killed at every record in turn and resumed, the release ends as it does without, and no promise breaks.
// Fails the test that calls it, with the record and what was done.
void expect_same_end_wherever_killed(const Plan& plan,
                                     const std::function<Measurement(int metric, base::Millis now)>& measure);

}  // namespace trunkline::deployer
