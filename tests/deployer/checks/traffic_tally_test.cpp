#include "deployer/checks/traffic_tally.h"

#include <cmath>
#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

TEST(TrafficTally, CountsFromTheBakesBeginAndAcrossARestart) {
  TrafficTally tally({1000, 100, 7, 9, 5});
  EXPECT_EQ(tally.counts(), (Counts{0, 0}));
  tally.add({1100, 105, 8, 11, 5});
  EXPECT_EQ(tally.counts(), (Counts{100 + 1 + 2, 5 + 1 + 2}));
  tally.add({50, 1, 0, 0, 5});
  EXPECT_EQ(tally.counts(), (Counts{150 + 1 + 2, 6 + 1 + 2}));
  EXPECT_EQ(tally.connection_errors(), 1);
}

// HAProxy's average of the last 1024 answers, as it moves.
HaproxyTraffic after(HaproxyTraffic traffic, int answers, double ms) {
  auto average = static_cast<double>(traffic.response_ms);
  for (int i = 0; i < answers; ++i) {
    ++traffic.answers;
    average += (ms - average) / static_cast<double>(std::min<int64_t>(traffic.answers, 1024));
  }
  traffic.response_ms = std::llround(average);
  return traffic;
}

TEST(TrafficTally, TakesTheAnswersBeforeTheBakeOutOfTheAverage) {
  for (const int before : {0, 1, 500, 1024, 50'000}) {
    const HaproxyTraffic begin = after({}, before, 40);
    for (const int since : {300, 1024, 5000}) {
      TrafficTally tally(begin);
      tally.add(after(begin, since, 200));
      const auto fresh = tally.response_ms();
      ASSERT_TRUE(fresh) << before << " " << since;
      EXPECT_NEAR(*fresh, 200, 5) << before << " " << since;
    }
  }
}

TEST(TrafficTally, HasNoAverageOfTooFewAnswers) {
  const HaproxyTraffic begin = after({}, 5000, 40);
  TrafficTally tally(begin);
  EXPECT_FALSE(tally.response_ms());
  tally.add(after(begin, 100, 200));
  EXPECT_FALSE(tally.response_ms()) << "nine of ten answers in it are old";
  tally.add(after({}, 3, 70));
  EXPECT_NEAR(tally.response_ms().value_or(0), 70, 1) << "a balancer that was started anew knows no old ones";
}

}  // namespace
}  // namespace trunkline::deployer
