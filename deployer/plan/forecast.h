#pragma once

#include <optional>

#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// What a plan will take, as far as the file says: the acts themselves come on top.
struct Forecast {
  base::Millis bakes{0};    // if every check is content all the time
  base::Millis longest{0};  // with every extension and every wait for a person
  int first_share = 0;      // by share: of users, at the first step that shows the new side to some
  int first_instances = 0;  // in place: the first batch
  int most_without = 0;     // instances without users at once
  int more_instances = 0;   // that run beside the old ones
  // The step, counted from 1, from which going back needs instances to be started again.
  std::optional<size_t> no_instant_return;

  bool operator==(const Forecast&) const = default;
};

Forecast forecast(const Plan& plan);

}  // namespace trunkline::deployer
