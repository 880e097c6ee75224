#pragma once

#include <filesystem>

#include "deployer/engine/measurement.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// Runs the program in `folder`; it finds `instance` in TRUNKLINE_INSTANCE and TRUNKLINE_ADDRESS. 0 if it ended with 0;
// 1 with its last words if not, or not in time; an error if it cannot be started.
Measurement run_synthetic(const SyntheticQuery& query, const std::filesystem::path& folder, const Instance& instance);

}  // namespace trunkline::deployer
