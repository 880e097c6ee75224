#pragma once

#include <string_view>

#include "base/core/clock.h"

namespace trunkline::deployer {

// What goes wrong in a simulated rollout.
enum class FaultKind {
  killed,
  killed_for_long,
  machine_reboots,
  journal_lost,
  torn_record,
  disk_full,
  balancer_refuses,
  balancer_hangs,
  balancer_restarts,
  one_balancer_gone,
  share_changed,
  no_number,
  no_data,
  metrics_down,
  metrics_slow,
  little_traffic,
  bad_revision,
  never_ready,
  crashes_after_ready,
  unready_after_ready,
  wrong_identity,
  slow_leak,
  old_files_lost,
  old_unhealthy,
  host_gone,
  host_gone_on_way_back,
  start_hangs,
  second_deployer,
  stopped,
  stopped_and_taken,
  deployer_clock,
  balancer_clock,
  drain_slow,
  never_drains,
  hook_fails,
  hook_hangs,
  interrupted,
  artifact_gone,
  aborted,
  paused,
};
constexpr int kFaultKinds = static_cast<int>(FaultKind::paused) + 1;

struct FaultWords {
  int number;  // of the thirty that the design names; 0: none of them
  std::string_view name;
  std::string_view what;  // happens, in words
};
const FaultWords& words_of(FaultKind kind);
std::string_view to_string(FaultKind kind);  // its name

struct Fault {
  FaultKind kind = FaultKind::killed;
  int record = 0;          // it begins when the journal has so many records
  int place = 0;           // where, if it is about one place, or about one of several balancers
  base::Millis length{0};  // how long it lasts

  bool operator==(const Fault&) const = default;
};

}  // namespace trunkline::deployer
