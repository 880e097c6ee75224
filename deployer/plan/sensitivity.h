#pragma once

#include <vector>

#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// What users do to a service.
struct UserTraffic {
  double requests_a_second = 0;
  double error_ratio = 0;  // of the stable side
};

// What one bake of a plan can see.
struct Sensitivity {
  size_t step = 0;  // of Plan::steps
  int share = 0;    // of users, on the new side
  // The smallest rise of errors, as a factor, that its sequential tests find in 8 of 10 cases; nothing where not even a
  // new side that always fails would be found.
  std::optional<double> rise;
};

// Of all bakes that are judged by a sequential test and have users on both sides. Without errors so far one in a
// thousand is assumed. In place, users meet the new side as its instances are let in.
std::vector<Sensitivity> sensitivities(const Plan& plan, const UserTraffic& traffic);

}  // namespace trunkline::deployer
