#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// The strategies that AWS CodeDeploy and AppConfig publish under these names, as ours.
std::span<const std::string_view> preset_names();
Strategy preset(std::string_view name);  // one of these

// "10 % every 2m" as steps of a ramp: shares, each but the last with its bake.
std::vector<Step> linear_ramp(int step, base::Millis every);
// "10 % for 5m, then everyone".
std::vector<Step> canary_ramp(int share, base::Millis length);

}  // namespace trunkline::deployer
