#include "deployer/watch/plot.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

std::string text_of(const std::vector<PlotPoint>& points, std::optional<double> limit, size_t columns) {
  const auto lines = plot(points, limit, columns);
  return shown(lines[0], columns, false) + "|" + shown(lines[1], columns, false);
}

TEST(Bar, GrowsByEighthsAndShowsTheSmallestPart) {
  EXPECT_EQ(bar(0, 4), "░░░░");
  EXPECT_EQ(bar(0.0001, 4), "▏░░░");
  EXPECT_EQ(bar(0.5, 4), "██░░");
  EXPECT_EQ(bar(0.53125, 4), "██▏░");
  EXPECT_EQ(bar(1, 4), "████");
  EXPECT_EQ(bar(7, 4), "████");
  EXPECT_EQ(bar(-1, 4), "░░░░");
}

TEST(Plot, HidesItsLimitOnlyBehindWhatReachesAboveIt) {
  EXPECT_EQ(text_of({{1.0}, {2.0}, {4.0, Verdict::fail}}, 3.0, 4), "╌╌█╌|▄██ ");
}

TEST(Plot, ShowsTheLastMeasurementsThatFit) {
  EXPECT_EQ(text_of({{4.0}, {0.0}, {0.0}}, std::nullopt, 2), "  |▁▁");
}

TEST(Plot, ShowsThatNothingWasMeasured) {
  EXPECT_EQ(text_of({{2.0}, {std::nullopt, Verdict::inconclusive}}, std::nullopt, 3), "█  |█· ");
  EXPECT_EQ(text_of({}, 1.0, 3), "╌╌╌|   ");
  EXPECT_EQ(text_of({}, std::nullopt, 0), "|");
}

TEST(Plot, LooksMoreCloselyAtValuesFarFromZero) {
  EXPECT_EQ(text_of({{0.98}, {1.0}}, 0.99, 2), "╌▄|▄█");
}

}  // namespace
}  // namespace trunkline::deployer
