#pragma once

#include <ctime>

#include "base/core/clock.h"

namespace trunkline::base {

// libgit2 1.5 waits for a silent host for ever. From `limit` on, until the object goes, this interrupts the blocking
// system calls of the thread that made it, once a second, by a signal whose handler does nothing: libgit2 takes EINTR
// for an error. Used on one thread. Private to base/git.
class Deadline {
 public:
  explicit Deadline(Millis limit);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

  bool passed() const { return std::chrono::steady_clock::now() >= end_; }
  Millis limit() const { return limit_; }

 private:
  Millis limit_;
  SteadyTime end_;
  timer_t timer_{};
  bool armed_ = false;
};

}  // namespace trunkline::base
