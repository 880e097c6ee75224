#include "deployer/plan/presets.h"

#include <algorithm>
#include <array>

namespace trunkline::deployer {
using base::Millis;
using namespace std::chrono_literals;

namespace {

struct Preset {
  std::string_view name;
  StrategyType type;
  int percent;  // of users, or of instances without users at once; 0: one instance
  Millis time{0};
};

// AWS CodeDeploy's predefined deployment configurations (EC2, ECS, Lambda) and AppConfig's predefined strategies.
constexpr std::array kPresets = {
    Preset{"OneAtATime", StrategyType::rolling, 0, 0ms},
    Preset{"HalfAtATime", StrategyType::rolling, 50, 0ms},
    Preset{"AllAtOnce", StrategyType::all_at_once, 100, 0ms},
    Preset{"Canary10Percent5Minutes", StrategyType::canary, 10, 5min},
    Preset{"Canary10Percent10Minutes", StrategyType::canary, 10, 10min},
    Preset{"Canary10Percent15Minutes", StrategyType::canary, 10, 15min},
    Preset{"Canary10Percent20Minutes", StrategyType::canary, 10, 20min},
    Preset{"Canary10Percent30Minutes", StrategyType::canary, 10, 30min},
    Preset{"Linear10PercentEvery1Minute", StrategyType::linear, 10, 1min},
    Preset{"Linear10PercentEvery2Minutes", StrategyType::linear, 10, 2min},
    Preset{"Linear10PercentEvery3Minutes", StrategyType::linear, 10, 3min},
    Preset{"Linear10PercentEvery10Minutes", StrategyType::linear, 10, 10min},
    Preset{"Linear20PercentEvery6Minutes", StrategyType::linear, 20, 6min},
    Preset{"Linear50PercentEvery30Seconds", StrategyType::linear, 50, 30s},
};

constexpr auto kNames = [] {
  std::array<std::string_view, kPresets.size()> names;
  std::transform(kPresets.begin(), kPresets.end(), names.begin(), [](const Preset& preset) { return preset.name; });
  return names;
}();

}  // namespace

std::span<const std::string_view> preset_names() {
  return kNames;
}

std::vector<Step> canary_ramp(int share, Millis length) {
  return {step::Expose{{}, share, false}, step::Bake{length, {}, 0, OnInsufficient::extend, length},
          step::Expose{{}, kAllUsers, false}};
}

std::vector<Step> linear_ramp(int step, Millis every) {
  std::vector<Step> ramp;
  for (int share = step; share < kAllUsers; share += step) {
    ramp.emplace_back(step::Expose{{}, share, false});
    ramp.emplace_back(step::Bake{every, {}, 0, OnInsufficient::extend, every});
  }
  ramp.emplace_back(step::Expose{{}, kAllUsers, false});
  return ramp;
}

Strategy preset(std::string_view name) {
  const auto found =
      std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset& preset) { return preset.name == name; });
  if (found == kPresets.end()) return {};
  Strategy strategy;
  strategy.type = found->type;
  const int share = found->percent * 100;
  switch (found->type) {
    case StrategyType::rolling:
      if (found->percent > 0) strategy.max_unavailable = {static_cast<double>(found->percent), true};
      break;
    case StrategyType::canary:
      strategy.ramp = canary_ramp(share, found->time);
      break;
    case StrategyType::linear:
      strategy.ramp = linear_ramp(share, found->time);
      break;
    default:
      strategy.ramp = {step::Expose{{}, kAllUsers, false}};
  }
  return strategy;
}

}  // namespace trunkline::deployer
