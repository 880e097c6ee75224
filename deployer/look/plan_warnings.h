#pragma once

#include <string>
#include <vector>

#include "deployer/drivers/service_folder.h"
#include "deployer/look/prepare.h"
#include "deployer/plan/plan.h"

// What a person should know before a release, beside its steps.
namespace trunkline::deployer {

// The longest range that PromQL looks back, as `[5m]` or a subquery's `[1h:1m]` says; 0 where there is none.
base::Millis longest_range(std::string_view promql);

// What can be said of the file and the plan alone: queries that look back to the revision before, a command that is
// written as for a shell. Pure.
std::vector<std::string> warnings_of(const Rollout& rollout, const Plan& plan);

// The same, and what `run` would refuse as things are now, asked of this machine and of the balancers. Touches nothing.
std::vector<std::string> plan_warnings(const Prepared& prepared, const Plan& plan, const ServiceFolder& folder);

}  // namespace trunkline::deployer
