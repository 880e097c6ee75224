#pragma once

#include <functional>
#include <memory>

#include "base/core/result.h"

namespace trunkline::deployer {

// The right to change something now. Whoever changes a balancer calls it right before, and keeps the token until the
// change has been read back; an error means that the right is gone, and nothing is sent. Any thread.
using Fence = std::function<base::Result<std::shared_ptr<void>>()>;

// Lets everybody through.
inline base::Result<std::shared_ptr<void>> open_fence() {
  return nullptr;
}

}  // namespace trunkline::deployer
