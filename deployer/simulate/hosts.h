#pragma once

#include <optional>
#include <vector>

#include "deployer/plan/plan.h"
#include "deployer/simulate/active_faults.h"

namespace trunkline::deployer {

// What runs at a place.
struct PlaceTruth {
  std::optional<Side> process;
  bool passed = false;         // its probes, since it was started
  bool crashed = false;        // since it was started
  bool unready = false;        // since it was ready: it runs, and fails its readiness probe and the balancers' checks
  base::Millis busy_until{0};  // with requests of users
  base::Millis closed_at{0};   // when its door was last closed
};

// The simulated machines.
class Hosts {
 public:
  Hosts(const Plan& plan, const ActiveFaults& faults);

  PlaceTruth& at(int place) { return places_[static_cast<size_t>(place)]; }
  const PlaceTruth& at(int place) const { return places_[static_cast<size_t>(place)]; }

  bool answers(int place) const {
    return !faults_.active(FaultKind::host_gone, place) && !faults_.active(FaultKind::host_gone_on_way_back, place);
  }
  // It runs and answers: a balancer's health check passes.
  bool well(int place) const {
    const PlaceTruth& truth = at(place);
    return truth.process && !truth.crashed && !truth.unready && answers(place);
  }
  // Whether a balancer's checks have found out that it is not well, so that users are not sent there.
  bool known_down(int place) const { return at(place).unready; }

  // The machine reboots: nothing runs any more.
  void end_all();

 private:
  const ActiveFaults& faults_;
  std::vector<PlaceTruth> places_;
};

}  // namespace trunkline::deployer
