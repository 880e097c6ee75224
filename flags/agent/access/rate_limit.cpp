#include "flags/agent/access/rate_limit.h"

#include <algorithm>

namespace trunkline::flags {

bool RateLimit::take(const Caller& caller, const std::string& peer, base::SteadyTime now) {
  if (per_second_ == 0) return true;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= sweep_at_) forget_the_quiet(now);
  Bucket& bucket =
      buckets_.try_emplace(caller.name.empty() ? peer : caller.name, Bucket{per_second_, now}).first->second;
  const double passed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket = {std::min(per_second_, bucket.left + passed * per_second_), now};
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

// A bucket that is full again is as good as a new one, after a second at the latest.
void RateLimit::forget_the_quiet(base::SteadyTime now) {
  std::erase_if(buckets_, [&](const auto& bucket) { return now - bucket.second.filled >= std::chrono::seconds(1); });
  sweep_at_ = std::max<size_t>(1024, 2 * buckets_.size());
}

}  // namespace trunkline::flags
