#include "deployer/simulate/hosts.h"

namespace trunkline::deployer {

Hosts::Hosts(const Plan& plan, const ActiveFaults& faults) : faults_(faults), places_(plan.places.size()) {
  if (!plan.from) return;
  for (int i = 0; i < plan.fleet; ++i) {
    PlaceTruth& place = at(plan.place(i, plan.stable_pool));
    place.process = Side::stable;
    place.passed = true;
  }
}

void Hosts::end_all() {
  for (PlaceTruth& place : places_) {
    place.process.reset();
    place.crashed = false;
    place.unready = false;
    place.busy_until = base::Millis{0};
  }
}

}  // namespace trunkline::deployer
