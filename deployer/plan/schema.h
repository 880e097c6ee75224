#pragma once

#include "base/core/json.h"

namespace trunkline::deployer {

// A JSON Schema (draft 7) of the rollout file for editors, made from the tables that its parser uses (keys.h). It takes
// every file that the parser takes, but for a "true" in quotes; what depends on other keys it leaves to the parser.
base::Json rollout_schema();

}  // namespace trunkline::deployer
