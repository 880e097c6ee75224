#pragma once

#include <functional>
#include <thread>

#include "base/core/clock.h"

namespace trunkline::base {

// Whether the condition holds before the time is over; asked every few milliseconds.
inline bool soon(const std::function<bool()>& condition, Millis limit = Millis{20'000}) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Millis{5});
  }
  return true;
}

}  // namespace trunkline::base
