#pragma once

namespace trunkline::deployer {

// What the deployer adds to the exit codes of every tool (base/core/error.h).
constexpr int kExitRolledBack = 3;
constexpr int kExitHeld = 4;

}  // namespace trunkline::deployer
