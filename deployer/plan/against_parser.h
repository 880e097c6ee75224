#pragma once

#include <optional>

#include "deployer/plan/fields.h"
#include "deployer/plan/metric.h"

namespace trunkline::deployer {

// A metric's `compare` and the keys that need it. Kind::invalid also where `query` cannot be measured on both sides, or
// counts no errors as its test needs.
base::Result<std::optional<Against>> read_against(const Fields& metric, Query query);

}  // namespace trunkline::deployer
