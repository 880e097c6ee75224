#pragma once

#include <stop_token>

#include "base/core/clock.h"
#include "base/core/result.h"

namespace trunkline::deployer {

// Sleeps that long; Kind::cancelled as soon as a stop is asked for.
base::Result<> pause_for(base::Millis length, const std::stop_token& stop);

}  // namespace trunkline::deployer
