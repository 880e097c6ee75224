#pragma once

#include <string>

#include "base/core/json.h"
#include "deployer/record/begun.h"

namespace trunkline::deployer {

// Why the last rollout ended or is held as it is: metric, value, limit and query, what was measured in that bake,
// what was noted meanwhile, and the last lines of the new side's logs.
std::string explain(const ServiceFolder& folder, const Begun& begun);
base::Json explain_json(const ServiceFolder& folder, const Begun& begun);

}  // namespace trunkline::deployer
