#include "flags/agent/access/rate_limit.h"

#include <algorithm>

namespace trunkline::flags {

bool RateLimit::take(const Caller& caller, base::SteadyTime now) {
  if (per_second_ == 0) return true;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = buckets_.try_emplace(&caller, Bucket{per_second_, now}).first->second;
  const double passed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket = {std::min(per_second_, bucket.left + passed * per_second_), now};
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

}  // namespace trunkline::flags
