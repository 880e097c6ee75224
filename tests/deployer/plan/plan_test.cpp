#include "deployer/plan/plan.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

const ledger::Revision kOld{"1", "a", "sha256:aa", ""};
const Before kBefore{kOld, Pool::home};
const ledger::Revision kNew{"2", "b", "sha256:bb", ""};

Rollout rollout(int instances, StrategyType type) {
  Rollout made;
  made.min_healthy_at = {"r.yaml", 7, 15};
  made.service = "shop";
  made.strategy.type = type;
  for (int i = 1; i <= instances; ++i) made.instances.push_back({"web" + std::to_string(i), "127.0.0.1", 9000 + i});
  return made;
}

std::string story(const Plan& plan, const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) text += to_string(step, plan.places) + "\n";
  return text;
}

std::string replacement(const std::string& names, const std::string& side) {
  return "drain " + names + "\nstop " + names + "\nstart the " + side + " revision on " + names + "\nprobe " + names +
         "\nadmit users to " + names + "\n";
}

TEST(Plan, TakesOneBoxFirstAndTheRestInBatches) {
  Rollout file = rollout(4, StrategyType::one_box);
  file.strategy.bake = 10min;
  file.strategy.max_unavailable = {2, false};
  const auto plan = compile(file, "r1", kBefore, kNew);
  EXPECT_EQ(story(*plan, plan->steps), "fetch the artifact\n" + replacement("web1", "new") + "bake for 10m\n" +
                                           replacement("web2, web3", "new") + replacement("web4", "new"));
}

TEST(Plan, BakesAfterEveryBatchOfARollingRelease) {
  Rollout file = rollout(4, StrategyType::rolling);
  file.strategy.bake = 1min;
  file.strategy.max_unavailable = {50, true};
  file.strategy.post_promotion_bake = 5min;
  const auto plan = compile(file, "r1", kBefore, kNew);
  EXPECT_EQ(story(*plan, plan->steps), "fetch the artifact\n" + replacement("web1, web2", "new") + "bake for 1m\n" +
                                           replacement("web3, web4", "new") + "bake for 1m\nbake for 5m\n");
}

TEST(Plan, StartsEverythingAtOnceWhenNothingRuns) {
  const auto plan = compile(rollout(2, StrategyType::rolling), "r1", {}, kNew);
  EXPECT_EQ(story(*plan, plan->steps),
            "fetch the artifact\ndrain web1, web2\nstart the new revision on web1, web2\nprobe web1, web2\nadmit users "
            "to web1, web2\n");
}

TEST(Plan, KeepsTheFloorOfHealthyInstances) {
  Rollout file = rollout(4, StrategyType::rolling);
  file.strategy.max_unavailable = {3, false};
  file.min_healthy = {75, true};
  EXPECT_EQ(compile(file, "r1", kBefore, kNew)->spare, 1);
  file.min_healthy = {100, true};
  EXPECT_EQ(
      to_string(compile(file, "r1", kBefore, kNew).error()),
      "r.yaml:7:15: targets.minHealthy: of 4 instances 4 must stay healthy, so none can be replaced; lower it or add "
      "instances");
}

// One instance of four must not get all users, and nobody who moved with it moves back when the next wave begins.
TEST(Plan, MovesWithEachWaveOfOneDialNoMoreUsersThanItIsOfTheFleet) {
  Rollout file = rollout(4, StrategyType::canary);
  for (const Instance& instance : file.instances) {
    file.twins.push_back({instance.id + "-twin", "127.0.0.1", instance.port + 100, instance.id, {}});
  }
  file.traffic = Traffic{};
  file.traffic->map = "/m";
  file.strategy.ramp = {step::Expose{{}, 0, true}, step::Expose{{}, 1000, false}, step::Expose{{}, kAllUsers, false}};
  file.waves = {{"box", {0}, std::nullopt, 0ms, "", ""}, {"rest", {1, 2, 3}, std::nullopt, 0ms, "", ""}};
  const auto shares = [&file] {
    std::vector<std::pair<int, int>> all;  // dial and share
    const auto plan = compile(file, "r1", kBefore, kNew);
    for (const Step& step : plan->steps) {
      if (const auto* expose = std::get_if<step::Expose>(&step)) all.emplace_back(expose->dials[0], expose->share);
    }
    return all;
  };
  using Shares = std::vector<std::pair<int, int>>;
  EXPECT_EQ(shares(), (Shares{{0, 0}, {0, 250}, {0, 2500}, {0, 2500}, {0, 3250}, {0, 10'000}}));
  file.waves[0].service = file.waves[0].twin = "own";  // of its own backends' users each has all
  EXPECT_EQ(shares(), (Shares{{0, 0}, {0, 1000}, {0, 10'000}, {1, 0}, {1, 1000}, {1, 10'000}}));
}

TEST(Rollback, TouchesOnlyWhatChangedAndTheIdleFirst) {
  const auto plan = compile(rollout(4, StrategyType::rolling), "r1", kBefore, kNew);
  const Observed old{Side::stable, true}, fresh{Side::fresh, true}, broken{Side::fresh, false};
  EXPECT_EQ(story(*plan, *compile_rollback(*plan, {fresh, broken, old, old}, false)),
            replacement("web2", "stable") + replacement("web1", "stable"));
  EXPECT_TRUE(compile_rollback(*plan, {old, old, old, old}, false)->empty());
}

// A floor of one in two lets two of four go at once, but not both of one backend.
TEST(Plan, KeepsThePartOfTheFloorOfEachBackend) {
  Rollout file = rollout(4, StrategyType::rolling);
  file.strategy.max_unavailable = {2, false};
  file.min_healthy = {50, true};
  file.traffic = Traffic{};
  file.traffic->map = "/m";
  file.waves = {{"a", {0, 1}, std::nullopt, 0ms, "a", "a-twin"}, {"b", {2, 3}, std::nullopt, 0ms, "b", "b-twin"}};
  const auto plan = compile(file, "r1", kBefore, kNew);
  EXPECT_EQ(story(*plan, plan->steps), "fetch the artifact\n" + replacement("web1", "new") +
                                           replacement("web2", "new") + replacement("web3", "new") +
                                           replacement("web4", "new"));
  std::vector<Observed> all_new(4);
  for (Observed& place : all_new) place = {Side::fresh, true, false, true, false, 0};
  EXPECT_EQ(story(*plan, *compile_rollback(*plan, all_new, false)),
            replacement("web1", "stable") + replacement("web2", "stable") + replacement("web3", "stable") +
                replacement("web4", "stable"));
}

TEST(Rollback, BeginsWithThoseWhoseDoorMayBeShut) {
  const auto plan = compile(rollout(3, StrategyType::rolling), "r1", kBefore, kNew);
  std::vector<Observed> observed(3);
  observed[0] = {Side::fresh, true, false, true, false, 0};
  observed[1] = {Side::fresh, true, true, true, false, 0};
  observed[2] = {Side::stable, true, false, false, false, 0};
  EXPECT_EQ(story(*plan, *compile_rollback(*plan, observed, false)),
            replacement("web2", "stable") + replacement("web1", "stable"));
}

TEST(Rollback, SendsNoUsersBackWhereNobodyIsLeft) {
  Rollout file = rollout(2, StrategyType::all_at_once);
  for (const Instance& instance : rollout(2, StrategyType::rolling).instances) {
    file.twins.push_back(instance);
    file.twins.back().id += "-twin";
  }
  file.traffic = Traffic{};
  file.traffic->map = "/m";
  file.strategy.ramp = {step::Expose{{}, kAllUsers, false}};
  const auto plan = compile(file, "r1", kBefore, kNew);
  ASSERT_TRUE(plan) << to_string(plan.error());
  std::vector<Observed> observed(4);
  observed[0].quarantined = observed[1].quarantined = true;
  EXPECT_FALSE(compile_rollback(*plan, observed, true));
  EXPECT_TRUE(compile_rollback(*plan, observed, false)) << "no user has left";
}

TEST(Rollback, OfAFirstReleaseTakesItAway) {
  const auto plan = compile(rollout(2, StrategyType::rolling), "r1", {}, kNew);
  EXPECT_EQ(story(*plan, *compile_rollback(
                             *plan, {{Side::fresh, true, false, true}, {std::nullopt, false, false, true}}, false)),
            "drain web1, web2\nstop web1, web2\n");
}

}  // namespace
}  // namespace trunkline::deployer
