#pragma once

#include <filesystem>

#include "deployer/engine/judge.h"
#include "deployer/plan/metric.h"

namespace trunkline::deployer {

// Runs the program in `folder` and takes the number that it prints. Missing where it prints nothing or no number; an
// error where it cannot be started, ends with another code than 0, or takes too long.
Measurement ask_program(const ExecQuery& query, const std::filesystem::path& folder);

}  // namespace trunkline::deployer
