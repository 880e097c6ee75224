#include "deployer/statistics/detectable.h"

#include <gtest/gtest.h>
#include <random>

#include "deployer/statistics/sequential_test.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

// The power of runs that look every 10 s.
double simulate(double base_ratio, double rise, const BakeTraffic& exposure) {
  constexpr int kRuns = 1500;
  const int looks = static_cast<int>(exposure.length / 10s);
  const auto requests = exposure.requests_a_second * 10;
  const auto n = static_cast<std::int64_t>(requests * exposure.share + 0.5);
  const auto m = static_cast<std::int64_t>(requests + 0.5) - n;
  std::mt19937_64 random(7);
  std::binomial_distribution<std::int64_t> fresh(n, base_ratio * rise), stable(m, base_ratio);
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    SequentialTest test;
    for (int i = 0; i < looks && !alarmed(test, 0.01); ++i) {
      EXPECT_TRUE(observe(test, {n, fresh(random)}, {m, stable(random)}));
    }
    found += alarmed(test, 0.01) ? 1 : 0;
  }
  return static_cast<double>(found) / kRuns;
}

TEST(Detectable, IsFoundAsOftenInSimulatedRuns) {
  const struct {
    double base_ratio;
    BakeTraffic exposure;
  } cases[] = {
      {0.01, {10, 0.1, 10min}},  {0.001, {100, 0.1, 10min}}, {0.01, {100, 0.1, 10min}}, {0.01, {100, 0.5, 10min}},
      {0.001, {1000, 0.01, 1h}}, {0.05, {20, 0.2, 5min}},    {0.2, {20, 0.5, 10min}},   {0.2, {100, 0.1, 10min}},
  };
  for (const auto& [base_ratio, exposure] : cases) {
    const auto rise = detectable_rise(base_ratio, exposure);
    ASSERT_TRUE(rise);
    EXPECT_NEAR(simulate(base_ratio, *rise, exposure), 0.8, 0.1)
        << base_ratio << " of " << exposure.requests_a_second << " at " << exposure.share << ": x" << *rise;
  }
}

TEST(Detectable, IsSmallerWithMoreTrafficMoreTimeAndMoreErrors) {
  const double rise = *detectable_rise(0.01, {100, 0.1, 10min});
  EXPECT_LT(*detectable_rise(0.01, {1000, 0.1, 10min}), rise);
  EXPECT_LT(*detectable_rise(0.01, {100, 0.1, 1h}), rise);
  EXPECT_LT(*detectable_rise(0.05, {100, 0.1, 10min}), rise);
  EXPECT_GT(*detectable_rise(0.01, {100, 0.1, 10min}, 0.0001), rise);
  EXPECT_GT(*detectable_rise(0.01, {100, 0.1, 10min}, 0.01, 0.95), rise);
  EXPECT_GT(rise, 1);
}

TEST(Detectable, IsNothingWhereTrafficIsTooThin) {
  EXPECT_FALSE(detectable_rise(0.01, {0.01, 0.1, 10min}));
  EXPECT_FALSE(detectable_rise(0.9, {1, 0.1, 10min})) << "there is no room above";
}

TEST(Detectable, RefusesWhatIsNoExposure) {
  EXPECT_FALSE(detectable_rise(0, {100, 0.1, 10min}));
  EXPECT_FALSE(detectable_rise(0.01, {0, 0.1, 10min}));
  EXPECT_FALSE(detectable_rise(0.01, {100, 0, 10min}));
  EXPECT_FALSE(detectable_rise(0.01, {100, 1, 10min}));
  EXPECT_FALSE(detectable_rise(0.01, {100, 0.1, 0min}));
}

}  // namespace
}  // namespace trunkline::deployer
