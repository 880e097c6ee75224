#include "base/core/retry.h"

#include <algorithm>

namespace trunkline::base {

Millis Backoff::next(double random) {
  const auto full = static_cast<double>(std::min(next_, max_).count());
  next_ = Millis(static_cast<Millis::rep>(std::min(full * factor_, static_cast<double>(max_.count()))));
  return Millis(static_cast<Millis::rep>(full / 2 + full / 2 * random));
}

}  // namespace trunkline::base
