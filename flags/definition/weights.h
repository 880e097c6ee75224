#pragma once

#include <cstdint>
#include <optional>

#include "base/core/json.h"

namespace trunkline::flags {

// The most that the weights of one fractional may sum up to (flagd: the greatest integer of 32 bits).
constexpr int64_t kMostWeight = 2'147'483'647;

// A bucket's weight: an integer, below 0 it counts as 0. Nothing for anything else. More than kMostWeight is given as
// kMostWeight + 1, which makes any sum too large without overflow.
std::optional<int64_t> weight_of(double number);
std::optional<int64_t> weight_of(const base::Json& json);

}  // namespace trunkline::flags
