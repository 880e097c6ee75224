#pragma once

#include "base/core/json.h"

namespace trunkline::flags {

// JSONLogic word for word as its reference does it: no compilation, every value copied, all operands first. Slow, and
// written for being read; what the engine gives is held against it. It shares the engine's conversions (value.h), which
// the table of cases tests. `undefined` stands for JavaScript's.
base::Json interpret(const base::Json& rule, const base::Json& data);

}  // namespace trunkline::flags
