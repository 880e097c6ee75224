#pragma once

#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// A shop of one instance and its twin, whose users move to the new side at once.
inline Rollout shop_beside() {
  Rollout rollout;
  rollout.file = "/r.yaml";
  rollout.service = "shop";
  rollout.traffic = Traffic{};
  rollout.traffic->key = rollout.traffic->service = "shop";
  rollout.traffic->twin = "shop-twin";
  rollout.traffic->map = "/m";
  rollout.strategy.type = StrategyType::all_at_once;
  rollout.strategy.ramp = {step::Expose{{}, kAllUsers, false}};
  rollout.instances = {{"web1", "127.0.0.1", 1, "web1", {}}};
  rollout.twins = {{"web1-twin", "127.0.0.1", 2, "web1", {}}};
  return rollout;
}

}  // namespace trunkline::deployer
