#include "deployer/support/pause.h"

#include <condition_variable>
#include <mutex>

namespace trunkline::deployer {

base::Result<> pause_for(base::Millis length, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, length, [] { return false; });
  if (stop.stop_requested()) return base::fail(base::Kind::cancelled, "cancelled");
  return {};
}

}  // namespace trunkline::deployer
