#pragma once

#include <string>

#include "base/core/clock.h"
#include "base/core/result.h"

namespace trunkline::deployer {

// One command to HAProxy's admin socket and its whole answer, on a connection of its own. Kind::unavailable if nobody
// listens there or goes before the end of the answer, timeout if the answer takes longer than `limit`.
base::Result<std::string> ask_haproxy(const std::string& socket, const std::string& command,
                                      base::Millis limit = base::Millis{2000});

}  // namespace trunkline::deployer
