#include "deployer/statistics/classification.h"

#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace trunkline::deployer {
namespace {

using Values = std::vector<double>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// 60 samples around 100, with noise that is the same in each.
Values around(double level) {
  Values values;
  for (int i = 0; i < 60; ++i) values.push_back(level + (i * 37 % 60 - 29.5) / 10);
  return values;
}

TEST(Classification, TellsHighAndLowFromWithinNoise) {
  EXPECT_EQ(classify(around(100), around(100), {}).label, Comparison::pass);
  EXPECT_EQ(classify(around(100.1), around(100), {}).label, Comparison::pass);
  EXPECT_EQ(classify(around(110), around(100), {}).label, Comparison::high);
  EXPECT_EQ(classify(around(90), around(100), {}).label, Comparison::low);
  EXPECT_NEAR(classify(around(110), around(100), {}).shift.estimate, 10, 0.2);
}

TEST(Classification, LooksOnlyWhereAChangeIsBad) {
  EXPECT_EQ(classify(around(110), around(100), {.direction = Direction::decrease}).label, Comparison::pass);
  EXPECT_EQ(classify(around(110), around(100), {.direction = Direction::increase}).label, Comparison::high);
  EXPECT_EQ(classify(around(90), around(100), {.direction = Direction::increase}).label, Comparison::pass);
  EXPECT_EQ(classify(around(90), around(100), {.direction = Direction::decrease}).label, Comparison::low);
}

TEST(Classification, AllowsTheRatioOfMeansThatIsAllowed) {
  const EffectGate gate{
      .allowed_increase = 1.2, .allowed_decrease = 0.8, .critical_increase = 1.5, .critical_decrease = 0.5};
  EXPECT_EQ(classify(around(110), around(100), gate).label, Comparison::pass);
  EXPECT_EQ(classify(around(90), around(100), gate).label, Comparison::pass);
  const Classification high = classify(around(130), around(100), gate);
  EXPECT_EQ(high.label, Comparison::high);
  EXPECT_FALSE(high.critical);
  EXPECT_NEAR(high.ratio, 1.3, 1e-9);
  EXPECT_TRUE(classify(around(160), around(100), gate).critical);
  EXPECT_FALSE(classify(around(70), around(100), gate).critical);
  EXPECT_TRUE(classify(around(40), around(100), gate).critical);
}

// A shift that is surely above 0 but whose size is not sure: the interval begins below a quarter of the estimate.
TEST(Classification, WantsTheIntervalToBeginBeyondTheTolerance) {
  const Values fresh = around(101.3), stable = around(100);
  const Shift shift = classify(fresh, stable, {}).shift;
  ASSERT_GT(shift.low, 0);
  const double reached = shift.low / shift.estimate;
  EXPECT_EQ(classify(fresh, stable, {.tolerance = reached * 0.99}).label, Comparison::high);
  EXPECT_EQ(classify(fresh, stable, {.tolerance = reached * 1.01}).label, Comparison::pass);
}

TEST(Classification, HasNoDataWithoutFiniteValues) {
  EXPECT_EQ(classify({}, around(100), {}).label, Comparison::nodata);
  EXPECT_EQ(classify(Values{kNan, kNan}, around(100), {}).label, Comparison::nodata);
  EXPECT_EQ(classify(around(100), Values{std::numeric_limits<double>::infinity()}, {}).label, Comparison::nodata);
  Values holes = around(110);
  holes[3] = kNan;
  EXPECT_EQ(classify(holes, around(100), {}).label, Comparison::high);
}

TEST(Classification, NeedsNoNoiseOnConstantSides) {
  const Values five(30, 5.0), six(30, 6.0), none(30, 0.0);
  EXPECT_EQ(classify(five, five, {}).label, Comparison::pass);
  EXPECT_EQ(classify(six, five, {}).label, Comparison::high);
  EXPECT_EQ(classify(five, six, {}).label, Comparison::low);
  EXPECT_EQ(classify(five, none, {.allowed_increase = 2}).label, Comparison::high) << "a rise from 0 is no small rise";
  EXPECT_EQ(classify(none, none, {}).ratio, 1);
}

TEST(Classification, NeverCondemnsTooFewSamples) {
  EXPECT_EQ(classify(Values{900, 901, 902}, Values{1, 2, 3}, {}).label, Comparison::pass);
}

TEST(Classification, HasItsWords) {
  EXPECT_EQ(to_string(Comparison::pass), "pass");
  EXPECT_EQ(to_string(Comparison::high), "high");
  EXPECT_EQ(to_string(Comparison::low), "low");
  EXPECT_EQ(to_string(Comparison::nodata), "nodata");
}

}  // namespace
}  // namespace trunkline::deployer
