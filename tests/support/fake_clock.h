#pragma once

#include "base/core/clock.h"

namespace trunkline::base {

// Two clocks that stand still until the test moves them. Not thread-safe.
class FakeClock final : public Clock {
 public:
  WallTime wall() const override { return now; }
  SteadyTime steady() const override { return steady_now; }

  WallTime now{std::chrono::seconds{1'000'000}};
  SteadyTime steady_now{};
};

}  // namespace trunkline::base
