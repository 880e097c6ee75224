#pragma once

#include <optional>

#include "base/core/clock.h"

namespace trunkline::base {

// How a server learns that it is to end. hold_termination_signals() comes first in main, before any thread starts:
// from then on SIGTERM and SIGINT wait for the functions below (and SIGPIPE is ignored: a peer that hung up is an
// error of one write). Programs that are started by process.h get the default ways back.
void hold_termination_signals();

// Sleeps until SIGTERM or SIGINT comes; which one.
int wait_for_termination();

// The same for at most `limit`; nullopt when it has passed.
std::optional<int> wait_for_termination(Millis limit);

}  // namespace trunkline::base
