#include "deployer/statistics/shift.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "deployer/statistics/mann_whitney.h"

namespace trunkline::deployer {
namespace {

using Values = std::vector<double>;

Values differences(const Values& x, const Values& y) {
  Values all;
  for (const double a : x) {
    for (const double b : y) all.push_back(a - b);
  }
  std::sort(all.begin(), all.end());
  return all;
}

const Values kTerm = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
             kEarly = {1.15, 0.88, 0.90, 0.74, 1.21};

TEST(Shift, IsTheMedianOfAllDifferences) {
  EXPECT_DOUBLE_EQ(shift_between(Values{1, 4, 9}, Values{1, 2}, 0.5).estimate, 2.5);
  EXPECT_DOUBLE_EQ(shift_between(Values{5}, Values{7}, 0.5).estimate, -2);
  const Values all = differences(kTerm, kEarly);
  EXPECT_DOUBLE_EQ(shift_between(kTerm, kEarly, 0.95).estimate, (all[24] + all[25]) / 2);
}

// The interval is what the exact test does not reject: a shift just inside is kept, one just outside is not.
TEST(Shift, HasTheIntervalThatInvertsTheExactTest) {
  const auto p = [](double shift, Alternative alternative) {
    Values moved = kTerm;
    for (double& value : moved) value -= shift;
    return mann_whitney(moved, kEarly, alternative).p;
  };
  const double a_bit = 1e-6;
  for (const double confidence : {0.8, 0.9, 0.95, 0.98, 0.99}) {
    const double tail = (1 - confidence) / 2;
    const Shift shift = shift_between(kTerm, kEarly, confidence);
    EXPECT_LT(p(shift.low - a_bit, Alternative::greater), tail);
    EXPECT_GE(p(shift.low + a_bit, Alternative::greater), tail);
    EXPECT_LT(p(shift.high + a_bit, Alternative::less), tail);
    EXPECT_GE(p(shift.high - a_bit, Alternative::less), tail);
  }
}

// R's ToothGrowth, len by supp: W = 575.5, difference in location 4.0, interval of 95 % from -0.1 to 8.5.
TEST(Shift, GivesWhatRPrintsForToothGrowth) {
  const Values orange = {15.2, 21.5, 17.6, 9.7,  14.5, 10,   8.2,  9.4,  16.5, 9.7,  19.7, 23.3, 23.6, 26.4, 20,
                         25.2, 25.8, 21.2, 14.5, 27.3, 25.5, 26.4, 22.4, 24.5, 24.8, 30.9, 26.4, 27.3, 29.4, 23};
  const Values ascorbic = {4.2,  11.5, 7.3,  5.8,  6.4,  10,   11.2, 11.2, 5.2,  7,    16.5, 16.5, 15.2, 17.3, 22.5,
                           17.3, 13.6, 14.5, 18.8, 15.5, 23.6, 18.5, 33.9, 25.5, 26.4, 32.5, 26.7, 21.5, 23.3, 29.5};
  const MannWhitney test = mann_whitney(orange, ascorbic, Alternative::two_sided);
  EXPECT_EQ(test.u, 575.5);
  EXPECT_NEAR(test.p, 0.06449, 0.000005);
  const Shift shift = shift_between(orange, ascorbic, 0.95);
  EXPECT_NEAR(shift.estimate, 4.0, 0.01);
  EXPECT_NEAR(shift.low, -0.1, 0.01);
  EXPECT_NEAR(shift.high, 8.5, 0.01);
}

TEST(Shift, FindsTheSameDifferencesAsSortingThem) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  for (int round = 0; round < 50; ++round) {
    Values x(1 + random() % 30), y(1 + random() % 30);
    for (double& value : x) value = round % 2 == 0 ? normal(random) : static_cast<double>(random() % 4);
    for (double& value : y) value = round % 2 == 0 ? normal(random) : static_cast<double>(random() % 4);
    const Values all = differences(x, y);
    EXPECT_EQ(shift_between(x, y, 0.9).estimate, (all[(all.size() - 1) / 2] + all[all.size() / 2]) / 2);
  }
}

TEST(Shift, IsBoundedByNothingWhereTheSamplesAreTooSmall) {
  const Shift shift = shift_between(Values{100, 101, 102}, Values{1, 2, 3}, 0.98);  // 1 in 20 at best
  EXPECT_DOUBLE_EQ(shift.estimate, 99);
  EXPECT_TRUE(std::isinf(shift.low) && shift.low < 0);
  EXPECT_TRUE(std::isinf(shift.high) && shift.high > 0);
}

}  // namespace
}  // namespace trunkline::deployer
