#include "deployer/plan/sensitivity.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

Plan plan(const std::string& strategy, const std::string& metric) {
  const auto rollout = parse_rollout(R"(apiVersion: trunkline/v1
kind: Rollout
metadata: { name: shop }
artifact: { ref: "file:shop.tar.zst" }
targets: { command: [bin/shop], instances: 4, ports: 9000-9007 }
traffic: { driver: haproxy, endpoints: ["unix:/h"], service: shop, twin: shop-twin, map: /m }
strategy: )" + strategy + R"(
analysis:
  background: [slo]
  templates:
    slo:
      metrics:
        - { name: errors, haproxy: errorRatio, interval: 10s, )" +
                                         metric + " }\n",
                                     "r.yaml");
  EXPECT_TRUE(rollout) << to_string(rollout.error());
  const Before before{ledger::Revision{"1", "", "sha256:1", ""}, Pool::home};
  return *compile(*rollout, "p", before, {"2", "", "sha256:2", ""});
}

const std::string kSequential = "compare: stable, test: sequential";
const std::string kCanary =
    "{ type: canary, steps: [{ setWeight: 10 }, { bake: 10m }, { setWeight: 50 }, { bake: 10m }] }";

TEST(Sensitivity, GrowsWithTheShareAndTheTraffic) {
  const auto bakes = sensitivities(plan(kCanary, kSequential), {100, 0.01});
  ASSERT_EQ(bakes.size(), 2u);
  EXPECT_EQ(bakes[0].share, 1000);
  EXPECT_EQ(bakes[1].share, 5000);
  ASSERT_TRUE(bakes[0].rise && bakes[1].rise);
  EXPECT_GT(*bakes[0].rise, *bakes[1].rise);
  const auto busier = sensitivities(plan(kCanary, kSequential), {1000, 0.01});
  EXPECT_LT(*busier[0].rise, *bakes[0].rise);
}

TEST(Sensitivity, IsNoneWithTooFewRequests) {
  const auto bakes = sensitivities(plan(kCanary, kSequential), {0.001, 0.01});
  ASSERT_EQ(bakes.size(), 2u);
  EXPECT_FALSE(bakes[0].rise);
}

TEST(Sensitivity, IsOnlyKnownOfSequentialTests) {
  EXPECT_TRUE(sensitivities(plan(kCanary, "successCondition: result < 0.1"), {100, 0.01}).empty());
  EXPECT_TRUE(sensitivities(plan(kCanary, kSequential), {0, 0}).empty());
}

TEST(Sensitivity, FollowsTheInstancesWhereTheyAreReplacedInPlace) {
  const auto bakes = sensitivities(plan("{ type: rolling, bake: 10m }", kSequential), {100, 0});
  ASSERT_EQ(bakes.size(), 3u) << "behind the last batch there is no stable side";
  EXPECT_EQ(bakes[0].share, 2500);
  EXPECT_EQ(bakes[2].share, 7500);
}

}  // namespace
}  // namespace trunkline::deployer
