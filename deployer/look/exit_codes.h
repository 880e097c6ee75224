#pragma once

#include "deployer/engine/state.h"

namespace trunkline::deployer {

// What the deployer adds to the exit codes of every tool (base/core/error.h).
constexpr int kExitRolledBack = 3;
constexpr int kExitHeld = 4;

// 0 completed, 3 rolled back, 4 held, 1 failed.
int exit_code_of(const State& state);

}  // namespace trunkline::deployer
