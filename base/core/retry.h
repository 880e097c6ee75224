#pragma once

#include "base/core/clock.h"

namespace trunkline::base {

// How long to wait before the next attempt: initial, initial * factor, ... up to max. Each wait is taken from the upper
// half of that, so that many callers do not come back together (AWS Architecture Blog, "Exponential Backoff And
// Jitter", equal jitter). Pure: the caller waits and draws the random number.
class Backoff {
 public:
  Backoff(Millis initial, double factor, Millis max) : initial_(initial), factor_(factor), max_(max), next_(initial) {}

  // `random` in [0, 1).
  Millis next(double random);

  // After a success.
  void reset() { next_ = initial_; }

 private:
  Millis initial_;
  double factor_;
  Millis max_;
  Millis next_;
};

}  // namespace trunkline::base
