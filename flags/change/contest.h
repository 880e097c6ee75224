#pragma once

#include <optional>
#include <random>

#include "base/core/result.h"
#include "base/core/retry.h"

namespace trunkline::flags {

// One writer among several that move the same branch: how long it waits after a lost race, and when it gives up. The
// waits grow with what an attempt takes: against a remote that is most of a second. One thread.
class Contest {
 public:
  Contest() : begun_(base::system_clock().steady()) {}

  // After a failed attempt: waits, or gives the failure back where another attempt would not help.
  base::Result<> go_on_after(base::Error error);

 private:
  base::SteadyTime begun_;  // this attempt
  std::optional<base::Backoff> backoff_;
  std::minstd_rand random_{std::random_device{}()};
  int attempts_ = 0;
  int locked_ = 0;  // in a row
};

}  // namespace trunkline::flags
