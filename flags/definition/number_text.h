#pragma once

#include <string>

#include "base/core/json.h"

namespace trunkline::flags {

// A number as JavaScript's String() gives it (ECMA-262, Number::toString): 10 for 10.0, 1e+21, 0.000001, NaN, Infinity.
std::string number_text(double number);
// Integers as they are, beyond 2^53 too.
std::string number_text(const base::Json& number);

}  // namespace trunkline::flags
