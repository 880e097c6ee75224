#pragma once

#include <optional>

#include "deployer/journal/journal.h"
#include "deployer/record/begun.h"
#include "deployer/record/service_lock.h"
#include "deployer/run/move_options.h"

namespace trunkline::deployer {

// Everything between a journal that stands and a rollout that ended, or is held; the lock is held. `then` is a person's
// word that is taken right behind the first event. The exit code. Kind::cancelled when interrupted.
base::Result<int> conduct(const ServiceFolder& folder, const ServiceLock& lock, Begun begun, Journal journal,
                          const Event& first, const std::optional<Event>& then, const MoveOptions& options);

}  // namespace trunkline::deployer
