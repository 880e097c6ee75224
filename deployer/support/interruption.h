#pragma once

#include <stop_token>
#include <thread>

#include "base/core/signals.h"

namespace trunkline::deployer {

// Turns SIGINT and SIGTERM into a stop token while it lives, for commands that wait without a conductor. The signals
// must have been held from the start of the program.
class Interruption {
 public:
  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::jthread watch_{[this](const std::stop_token& over) {
    while (!over.stop_requested()) {
      if (base::wait_for_termination(base::Millis{100})) stop_.request_stop();
    }
  }};
};

}  // namespace trunkline::deployer
