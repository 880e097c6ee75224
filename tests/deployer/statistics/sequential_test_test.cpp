#include "deployer/statistics/sequential_test.h"

#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace trunkline::deployer {
namespace {

constexpr double kAlpha = 0.01;
constexpr int kRuns = 4000;

// A part of a run: so many looks, each with so many requests of either side.
struct Stretch {
  int looks = 0;
  std::int64_t fresh = 0;
  std::int64_t stable = 0;
  double fresh_ratio = 0;
  double stable_ratio = 0;
};

using Alarm = std::function<bool(Counts fresh, Counts stable)>;

// How many of kRuns runs alarm at any look.
int alarms(const std::vector<Stretch>& stretches, const std::function<Alarm()>& start) {
  std::mt19937_64 random(20250101);
  int alarmed_runs = 0;
  for (int run = 0; run < kRuns; ++run) {
    const Alarm look = start();
    bool rang = false;
    for (const Stretch& stretch : stretches) {
      std::binomial_distribution<std::int64_t> fresh(stretch.fresh, stretch.fresh_ratio);
      std::binomial_distribution<std::int64_t> stable(stretch.stable, stretch.stable_ratio);
      for (int i = 0; i < stretch.looks && !rang; ++i) {
        rang = look({stretch.fresh, fresh(random)}, {stretch.stable, stable(random)});
      }
    }
    alarmed_runs += rang ? 1 : 0;
  }
  return alarmed_runs;
}

Alarm sequential() {
  return [test = SequentialTest{}](Counts fresh, Counts stable) mutable {
    EXPECT_TRUE(observe(test, fresh, stable));
    return alarmed(test, kAlpha);
  };
}

// What many a script does: at each look, the one-sided z-test of two proportions at level alpha.
Alarm naive() {
  return [all_fresh = Counts{}, all_stable = Counts{}](Counts fresh, Counts stable) mutable {
    all_fresh = {all_fresh.requests + fresh.requests, all_fresh.errors + fresh.errors};
    all_stable = {all_stable.requests + stable.requests, all_stable.errors + stable.errors};
    const auto n = static_cast<double>(all_fresh.requests), m = static_cast<double>(all_stable.requests);
    const double pooled = static_cast<double>(all_fresh.errors + all_stable.errors) / (n + m);
    const double deviation = std::sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    return deviation > 0 &&
           (static_cast<double>(all_fresh.errors) / n - static_cast<double>(all_stable.errors) / m) / deviation >
               2.3263;
  };
}

// More alarms than this refute "at most alpha" with 99.9 % confidence.
double most_alarms() {
  return kRuns * kAlpha + 3.1 * std::sqrt(kRuns * kAlpha * (1 - kAlpha));
}

TEST(SequentialTest, RaisesAFalseAlarmInAtMostAlphaOfRunsOverAllLooks) {
  EXPECT_LE(alarms({{60, 100, 900, 0.001, 0.001}}, sequential), most_alarms());
  EXPECT_LE(alarms({{60, 100, 900, 0.01, 0.01}}, sequential), most_alarms());
  EXPECT_LE(alarms({{60, 50, 50, 0.2, 0.2}}, sequential), most_alarms());
  EXPECT_LE(alarms({{60, 90, 10, 0.9, 0.9}}, sequential), most_alarms());
}

// Ratio and share move together: pooled counts would mix the bad hour with the large share.
TEST(SequentialTest, StaysValidWhileTheShareAndTheRatioChange) {
  const std::vector<Stretch> ramp = {{20, 10, 990, 0.002, 0.002}, {20, 100, 900, 0.05, 0.05}, {20, 500, 500, 0.2, 0.2}};
  EXPECT_LE(alarms(ramp, sequential), most_alarms());
  EXPECT_GT(alarms(ramp, naive), kRuns / 2) << "pooling is no way";
}

TEST(SequentialTest, RingsLessOftenWhereTheNewSideIsBetter) {
  EXPECT_LE(alarms({{60, 100, 900, 0.005, 0.01}}, sequential), 2);
}

// That the bound above is a test at all: a check that is not made for many looks breaks it.
TEST(SequentialTest, IsHeldToABoundThatTheNaiveTestBreaks) {
  EXPECT_GT(alarms({{60, 100, 900, 0.01, 0.01}}, naive), 3 * most_alarms());
}

TEST(SequentialTest, FindsARealRise) {
  EXPECT_GT(alarms({{60, 100, 900, 0.02, 0.01}}, sequential), 0.9 * kRuns);
  EXPECT_GT(alarms({{60, 100, 900, 0.05, 0.01}}, sequential), 0.999 * kRuns);
}

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

// Not by simulation: given the requests and all errors of an increment, the expectation of its factor.
TEST(SequentialTest, HasNoIncrementWhoseExpectationIsAboveOne) {
  for (int n = 1; n <= 12; ++n) {
    for (int m = 1; m <= 12; ++m) {
      for (int k = 1; k <= n + m; ++k) {
        std::array<double, kLogFactors.size()> expectation = {};
        for (int x = std::max(0, k - m); x <= std::min(n, k); ++x) {
          SequentialTest test;
          ASSERT_TRUE(observe(test, {n, x}, {m, k - x}));
          const double chance = std::exp(log_choose(n, x) + log_choose(m, k - x) - log_choose(n + m, k));
          for (size_t i = 0; i < expectation.size(); ++i) expectation[i] += chance * std::exp(test.log_products[i]);
        }
        for (const double value : expectation) ASSERT_LE(value, 1 + 1e-9) << n << " " << m << " " << k;
      }
    }
  }
}

TEST(SequentialTest, CountsOneErrorAsItsShareSays) {
  SequentialTest test;
  ASSERT_TRUE(observe(test, {100, 1}, {900, 0}));
  for (size_t i = 0; i < kLogFactors.size(); ++i) {
    const double t = std::exp(kLogFactors[i]);
    EXPECT_NEAR(std::exp(test.log_products[i]), t / (0.9 + 0.1 * t), 1e-12);
  }
}

TEST(SequentialTest, RemembersItsPeak) {
  SequentialTest test;
  ASSERT_TRUE(observe(test, {100, 20}, {900, 5}));
  ASSERT_TRUE(alarmed(test, kAlpha));
  const double p = always_valid_p(test);
  EXPECT_NEAR(p, 1 / e_value(test), 1e-12);
  ASSERT_TRUE(observe(test, {100, 0}, {900, 300}));
  EXPECT_LT(e_value(test), 1);
  EXPECT_TRUE(alarmed(test, kAlpha));
  EXPECT_EQ(always_valid_p(test), p);
}

TEST(SequentialTest, LearnsNothingWhereThereIsNothingToCompare) {
  SequentialTest test;
  EXPECT_TRUE(observe(test, {0, 0}, {0, 0}));
  EXPECT_TRUE(observe(test, {100, 0}, {900, 0}));
  EXPECT_TRUE(observe(test, {100, 100}, {0, 0}));
  EXPECT_TRUE(observe(test, {0, 0}, {900, 900}));
  EXPECT_EQ(test, SequentialTest{});
  EXPECT_EQ(always_valid_p(test), 1);
  EXPECT_EQ(e_value(test), 1);
  EXPECT_EQ(rise(test), 1);
  EXPECT_FALSE(alarmed(test, kAlpha));
}

TEST(SequentialTest, RefusesCountsThatCannotBe) {
  SequentialTest test;
  EXPECT_FALSE(observe(test, {10, 11}, {900, 1}));
  EXPECT_FALSE(observe(test, {10, -1}, {900, 1}));
  EXPECT_FALSE(observe(test, {10, 1}, {-1, 0}));
  EXPECT_EQ(test, SequentialTest{});
}

TEST(SequentialTest, EstimatesTheRiseThroughChangesOfTheShare) {
  SequentialTest test;
  ASSERT_TRUE(observe(test, {1000, 20}, {9000, 90}));
  ASSERT_TRUE(observe(test, {5000, 1000}, {5000, 500}));
  EXPECT_NEAR(rise(test), 2, 1e-9);
  SequentialTest only_new;
  ASSERT_TRUE(observe(only_new, {10, 3}, {10, 0}));
  EXPECT_TRUE(std::isinf(rise(only_new)));
}

// Each failing client fails five times in a row and stays on its side.
TEST(SequentialTest, KeepsItsBoundForBurstsOfTheSizeItIsTold) {
  std::mt19937_64 random(7);
  const auto false_alarms = [&](int burst) {
    int count = 0;
    for (int run = 0; run < kRuns; ++run) {
      SequentialTest test;
      std::poisson_distribution<std::int64_t> fresh(0.2), stable(1.8);
      for (int look = 0; look < 60 && !alarmed(test, kAlpha); ++look) {
        EXPECT_TRUE(observe(test, {100, 5 * std::min<std::int64_t>(fresh(random), 20)},
                            {900, 5 * std::min<std::int64_t>(stable(random), 180)}, burst));
      }
      count += alarmed(test, kAlpha) ? 1 : 0;
    }
    return count;
  };
  EXPECT_GT(false_alarms(1), kRuns * kAlpha);
  EXPECT_LE(false_alarms(5), kRuns * kAlpha);
  SequentialTest test;
  EXPECT_FALSE(observe(test, {100, 5}, {900, 5}, 0));
}

}  // namespace
}  // namespace trunkline::deployer
