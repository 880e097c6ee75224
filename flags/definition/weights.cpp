#include "flags/definition/weights.h"

#include <algorithm>
#include <cmath>

namespace trunkline::flags {

std::optional<int64_t> weight_of(double number) {
  if (!std::isfinite(number) || std::trunc(number) != number) return std::nullopt;
  if (number > static_cast<double>(kMostWeight)) return kMostWeight + 1;
  return static_cast<int64_t>(std::max(number, 0.0));
}

std::optional<int64_t> weight_of(const base::Json& json) {
  if (!json.is_number()) return std::nullopt;
  return weight_of(json.to_number<double>());
}

}  // namespace trunkline::flags
