#include "deployer/plan/forecast.h"

#include <gtest/gtest.h>

#include "deployer/plan/presets.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

Rollout rollout(Strategy strategy) {
  Rollout made;
  made.service = "shop";
  made.strategy = std::move(strategy);
  made.traffic = Traffic{};
  made.traffic->map = "/m";
  for (int i = 1; i <= 4; ++i) {
    const std::string id = "web" + std::to_string(i);
    made.instances.push_back({id, "127.0.0.1", 9000 + i, id, {}});
    made.twins.push_back({id + "-twin", "127.0.0.1", 9100 + i, id, {}});
  }
  return made;
}

Forecast of(Strategy strategy, const Before& before = {ledger::Revision{"1", "a", "sha256:aa", ""}, Pool::home}) {
  return forecast(*compile(rollout(std::move(strategy)), "r1", before, {"2", "b", "sha256:bb", ""}));
}

TEST(Forecast, OfAReleaseByShares) {
  Strategy strategy = preset("Canary10Percent5Minutes");
  strategy.ramp.emplace_back(step::Ask{4h, OnTimeout::hold});
  const Forecast seen = of(strategy);
  EXPECT_EQ(seen.bakes, 5min);
  EXPECT_EQ(seen.longest, 4h + 10min);
  EXPECT_EQ(seen.first_share, 1000);
  EXPECT_EQ(seen.more_instances, 4);
  EXPECT_EQ(seen.most_without, 0);
  // fetch, drain, stop, start, probe, admit, expose, bake, expose, ask, promote, then the old ones are drained
  EXPECT_EQ(seen.no_instant_return, 12u);
}

TEST(Forecast, OfAReleaseInPlace) {
  Strategy strategy = preset("HalfAtATime");
  strategy.bake = 1min;
  const Forecast seen = of(strategy);
  EXPECT_EQ(seen.bakes, 2min);
  EXPECT_EQ(seen.first_instances, 2);
  EXPECT_EQ(seen.most_without, 2);
  EXPECT_EQ(seen.no_instant_return, 2u);
}

TEST(Forecast, OfAFirstReleaseThatHasNothingToGoBackTo) {
  const Forecast seen = of(preset("OneAtATime"), {});
  EXPECT_FALSE(seen.no_instant_return);
  EXPECT_EQ(seen.most_without, 0);
}

// What the design asks for: 1,000 instances in 20 waves.
TEST(Forecast, OfAThousandInstancesIsThereAtOnce) {
  Rollout big;
  big.service = "shop";
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "web" + std::to_string(i);
    big.instances.push_back({id, "127.0.0.1", 9000 + i, id, {}});
  }
  for (int wave = 0; wave < 20; ++wave) {
    Batch batch;
    for (int i = 0; i < 50; ++i) batch.push_back(50 * wave + i);
    big.waves.push_back({"wave" + std::to_string(wave), batch, Amount{10, false}, 1min, "", ""});
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto plan = compile(big, "r1", {ledger::Revision{"1", "a", "sha256:aa", ""}, Pool::home}, {"2", "b", "c", ""});
  ASSERT_TRUE(plan);
  EXPECT_EQ(forecast(*plan).bakes, 20min);
  EXPECT_EQ(forecast(*plan).most_without, 10);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 100ms * 10) << "the target is 100 ms on a quiet machine";
}

}  // namespace
}  // namespace trunkline::deployer
