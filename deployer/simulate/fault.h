#pragma once

#include <array>
#include <string_view>

#include "base/core/clock.h"

namespace trunkline::deployer {

// What goes wrong in a simulated rollout.
enum class FaultKind {
  killed,               // kill -9, started again soon
  killed_for_long,      // nobody comes back until long after every lease
  torn_record,          // killed while a record is written: it does not count
  disk_full,            // nothing can be recorded for a while
  stopped,              // SIGSTOP; goes on later
  stopped_and_taken,    // the same, but somebody else has taken over meanwhile
  balancer_refuses,     // its socket answers nobody for a while
  balancer_hangs,       // the same, after a timeout each
  balancer_restarts,    // it forgets who is out, until it is told again
  share_changed,        // a person sets the dial
  balancer_clock,       // its clock jumps by an hour
  no_number,            // measurements give NaN
  no_data,              // measurements give nothing
  metrics_down,         // measurements are errors
  metrics_slow,         // measurements take long
  little_traffic,       // hardly a request reaches the new side
  bad_revision,         // the new revision breaks its limits at once
  slow_leak,            // the same, but late
  never_ready,          // the new revision does not pass its probes
  wrong_identity,       // another process answers on one place
  crashes_after_ready,  // the new revision ends by itself on one place
  artifact_gone,
  old_unhealthy,  // the old revision does not come back once it was stopped
  host_gone,      // one host answers nothing any more, for a while
  host_gone_on_way_back,
  start_hangs,  // an act never answers
  drain_slow,   // long connections
  hook_fails,
  aborted,  // by a person
  paused,   // by a person, for a while
};
constexpr int kFaultKinds = static_cast<int>(FaultKind::paused) + 1;
std::string_view to_string(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::killed;
  int record = 0;          // it begins when the journal has so many records
  int place = 0;           // where, if it is about one place
  base::Millis length{0};  // how long it lasts

  bool operator==(const Fault&) const = default;
};

}  // namespace trunkline::deployer
