#pragma once

#include <string_view>

namespace trunkline::deployer {

// A deployer that is broken on purpose, to show that a promise's check can fail. Tests alone use another than none.
enum class Sabotage {
  none,
  ignore_floor,        // I1: drains whatever would be left
  skip_drain,          // I2: says that it drained
  skip_probe,          // I3: says that it probed
  ignore_epoch,        // I4: acts although another took over
  act_before_journal,  // I5: acts first, writes it down later
  sleep_through,       // I6: misses what it wanted to be woken for
  fetch_on_way_back,   // I7: needs the artifact's source to go back
  hurry_drain,         // I8: says that it drained as soon as the door is closed
  no_fallback,         // I8: balancers without the rule that sends users back from a side that is not ready
  own_clock            // I9: decides by another time than it writes down
};

}  // namespace trunkline::deployer
