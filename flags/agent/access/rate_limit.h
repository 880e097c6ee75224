#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/core/clock.h"
#include "flags/agent/access/access.h"

namespace trunkline::flags {

// At most so many requests a second for each caller, in bursts of as many (a token bucket). Thread-safe.
class RateLimit {
 public:
  // `per_second` 0: no limit.
  explicit RateLimit(int64_t per_second) : per_second_(static_cast<double>(per_second)) {}

  // Takes one; false if there is none left. Callers are known by the name of their token, and where none is needed by
  // their address, `peer`.
  bool take(const Caller& caller, const std::string& peer, base::SteadyTime now);

 private:
  struct Bucket {
    double left;
    base::SteadyTime filled;
  };

  void forget_the_quiet(base::SteadyTime now);

  const double per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  size_t sweep_at_ = 1024;  // buckets
};

}  // namespace trunkline::flags
