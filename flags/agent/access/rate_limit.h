#pragma once

#include <mutex>
#include <unordered_map>

#include "base/core/clock.h"
#include "flags/agent/access/access.h"

namespace trunkline::flags {

// At most so many requests a second for each caller, in bursts of as many (a token bucket). Thread-safe.
class RateLimit {
 public:
  // `per_second` 0: no limit.
  explicit RateLimit(int64_t per_second) : per_second_(static_cast<double>(per_second)) {}

  // Takes one; false if there is none left.
  bool take(const Caller& caller, base::SteadyTime now);

 private:
  struct Bucket {
    double left;
    base::SteadyTime filled;
  };

  const double per_second_;
  std::mutex mutex_;
  std::unordered_map<const Caller*, Bucket> buckets_;
};

}  // namespace trunkline::flags
