#include "deployer/engine/measurement.h"

#include <cmath>
#include <fmt/format.h>

namespace trunkline::deployer {

Measurement Measurement::of(double value, int64_t samples) {
  if (std::isfinite(value)) return {Kind::value, value, {}, samples};
  return missing(fmt::format("the result is {}", value));
}

Measurement Measurement::of_both(Measurement fresh, const Measurement& stable) {
  if (fresh.kind == Kind::error) return fresh;
  if (stable.kind == Kind::error) return error("on the stable side: " + stable.detail);
  if (fresh.kind == Kind::missing) return fresh;
  if (stable.kind == Kind::value) {
    fresh.stable = stable.value;
  } else {
    fresh.detail = "on the stable side: " + stable.detail;
  }
  return fresh;
}

Measurement Measurement::unopposed(Measurement fresh) {
  fresh.alone = true;
  return fresh;
}

}  // namespace trunkline::deployer
