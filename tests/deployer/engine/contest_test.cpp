#include "deployer/engine/contest.h"

#include <gmock/gmock.h>
#include <limits>

#include "deployer/engine/bake.h"
#include "deployer/engine/describe.h"

// A metric of the new side against the same of the stable side, as a bake judges it.
namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Kind = Against::Test;

Metric compared(Kind test, double max_ratio) {
  Metric made;
  made.name = "m";
  made.interval = 10s;
  made.against = Against{};
  made.against->test = test;
  made.against->max_ratio = max_ratio;
  return made;
}

Measurement both(double fresh, double stable) {
  return Measurement::of_both(Measurement::of(fresh), Measurement::of(stable));
}

Measurement counted(Counts fresh, Counts stable) {
  Measurement made = both(static_cast<double>(fresh.errors) / static_cast<double>(fresh.requests),
                          static_cast<double>(stable.errors) / static_cast<double>(stable.requests));
  made.counts = BothCounts{fresh, stable};
  return made;
}

Verdict verdict(const Metric& m, const Measurement& measurement) {
  return assess(m, Missing::inconclusive, measurement);
}

TEST(Contest, AllowsSoManyTimesTheStableValueAndNoMore) {
  const Metric m = compared(Kind::none, 1.3);
  EXPECT_EQ(verdict(m, both(1.3, 1)), Verdict::pass);
  EXPECT_EQ(verdict(m, both(1.31, 1)), Verdict::fail);
  EXPECT_EQ(verdict(m, both(0, 0)), Verdict::pass);
  EXPECT_EQ(verdict(m, both(0.001, 0)), Verdict::fail) << "of nothing everything is too much";
  EXPECT_EQ(verdict(m, both(1, -1)), Verdict::inconclusive) << "no ratio";
}

TEST(Contest, AllowsASmallDifferenceWhateverTheRatioIs) {
  Metric m = compared(Kind::none, 1.3);
  m.against->min_difference = 5;
  EXPECT_EQ(verdict(m, both(5, 0)), Verdict::pass);
  EXPECT_EQ(verdict(m, both(6, 0)), Verdict::fail);
  EXPECT_EQ(verdict(m, both(106, 100)), Verdict::pass);
}

TEST(Contest, HasNothingToSayWithoutAStableSideButIsMissingItsDataElse) {
  Metric m = compared(Kind::none, 1.3);
  EXPECT_EQ(verdict(m, Measurement::unopposed(Measurement::of(9))), Verdict::pass);
  const Measurement no_data = Measurement::of_both(Measurement::of(9), Measurement::missing("no series"));
  EXPECT_EQ(verdict(m, no_data), Verdict::inconclusive);
  EXPECT_EQ(no_data.detail, "on the stable side: no series");
  m.on_missing = Missing::pass;
  EXPECT_EQ(verdict(m, no_data), Verdict::pass) << "the metric's own word comes first";
  m.failure = parse_condition("result > 8").value();
  EXPECT_EQ(verdict(m, no_data), Verdict::fail) << "conditions stay";
  EXPECT_EQ(verdict(m, Measurement::unopposed(Measurement::of(9))), Verdict::fail);
  EXPECT_EQ(Measurement::of_both(Measurement::of(1), Measurement::error("refused")),
            Measurement::error("on the stable side: refused"));
}

TEST(Contest, EndsTheMetricAtTheAlarmOfItsSequentialTest) {
  Metric m = compared(Kind::sequential, 1.2);
  m.failure_limit = 5;
  MetricRun run;
  EXPECT_EQ(judge(run, m, Missing::inconclusive, counted({100, 2}, {900, 9}), 10s), Verdict::pass);
  EXPECT_EQ(judge(run, m, Missing::inconclusive, counted({200, 60}, {1800, 18}), 20s), Verdict::fail);
  EXPECT_EQ(run.final, Verdict::fail) << "the test has its own bound for false alarms";
  EXPECT_THAT(describe(m, counted({200, 60}, {1800, 18}), run),
              HasSubstr("times as often as the stable side (60 of 200 requests against 18 of 1800, e-value"));
}

TEST(Contest, SaysWhereTheStableSideDoesNotFailAtAll) {
  const Metric m = compared(Kind::sequential, 1.2);
  MetricRun run;
  ASSERT_EQ(judge(run, m, Missing::inconclusive, counted({200, 60}, {1800, 0}), 10s), Verdict::fail);
  EXPECT_THAT(describe(m, counted({200, 60}, {1800, 0}), run),
              HasSubstr("fails where the stable side does not (60 of 200 requests against 0 of 1800, e-value"));
  EXPECT_THAT(result_text(m, counted({200, 60}, {1800, 0}), run), testing::Not(HasSubstr("inf")));
}

TEST(Contest, LooksAtIncrementsSoThatAnOutageOfBothSidesIsNoAlarm) {
  const Metric m = compared(Kind::sequential, 1.2);
  MetricRun run;
  judge(run, m, Missing::inconclusive, counted({10, 0}, {9000, 0}), 10s);
  judge(run, m, Missing::inconclusive, counted({1010, 500}, {18'000, 4500}), 20s);
  EXPECT_FALSE(run.final) << "half of everything failed, while the new side had more of the traffic";
  EXPECT_LT(e_value(run.contest.test), 2);
}

TEST(Contest, NeedsARiseBeyondTheGate) {
  Metric m = compared(Kind::sequential, 2);
  MetricRun run;
  for (int i = 1; i <= 50; ++i) {
    judge(run, m, Missing::inconclusive, counted({10'000 * i, 150 * i}, {10'000 * i, 100 * i}), i * 10s);
  }
  EXPECT_TRUE(alarmed(run.contest.test, 0.01));
  EXPECT_FALSE(run.final) << "sure to be worse, but by half only";
  m.against->max_ratio = 1.2;
  EXPECT_EQ(judge(run, m, Missing::inconclusive, counted({510'000, 7650}, {510'000, 5100}), 510s), Verdict::fail);
}

TEST(Contest, KeepsAnIncrementThatCannotBeForTheNextOne) {
  const Metric m = compared(Kind::sequential, 1.2);
  MetricRun run;
  judge(run, m, Missing::inconclusive, counted({100, 0}, {100, 0}), 10s);
  judge(run, m, Missing::inconclusive, counted({100, 1}, {110, 0}), 20s);
  EXPECT_EQ(run.contest.fresh, (Counts{100, 0}));
  judge(run, m, Missing::inconclusive, counted({110, 1}, {120, 0}), 30s);
  EXPECT_EQ(run.contest.fresh, (Counts{110, 1}));
}

TEST(Contest, TakesABurstForOneEvent) {
  Metric single = compared(Kind::sequential, 1.2), burst = single;
  burst.against->burst = 10;
  MetricRun of_single, of_burst;
  const Measurement repeated = counted({1000, 10}, {9000, 0});
  EXPECT_EQ(judge(of_single, single, Missing::inconclusive, repeated, 10s), Verdict::fail);
  EXPECT_EQ(judge(of_burst, burst, Missing::inconclusive, repeated, 10s), Verdict::pass);
  EXPECT_GT(e_value(of_burst.contest.test), 1);
}

TEST(Contest, ClassifiesAllValuesOnceAtTheEnd) {
  Metric m = compared(Kind::mann_whitney, 1.2);
  MetricRun run, alike, short_run;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(judge(run, m, Missing::inconclusive, both(200 + i, 100 + i), i * 10s), Verdict::pass);
    judge(alike, m, Missing::inconclusive, both(100 + i, 100.5 + (i + 7) % 20), i * 10s);
    if (i < 4) judge(short_run, m, Missing::inconclusive, both(200 + i, 100 + i), i * 10s);
  }
  EXPECT_EQ(conclude(run, m), Verdict::fail);
  EXPECT_THAT(describe_end(m, run), HasSubstr("higher than on the stable side, x1.9"));
  EXPECT_EQ(conclude(alike, m), Verdict::pass);
  EXPECT_EQ(conclude(short_run, m), Verdict::inconclusive) << "four values can show nothing";
  MetricRun alone;
  judge(alone, m, Missing::inconclusive, Measurement::unopposed(Measurement::of(1)), 10s);
  EXPECT_EQ(conclude(alone, m), Verdict::pass);
  m.count = 21;
  judge(run, m, Missing::inconclusive, both(300, 100), 210s);
  EXPECT_EQ(run.final, Verdict::fail) << "and where count says so";
}

TEST(Contest, KeepsABoundedNumberOfValues) {
  const Metric m = compared(Kind::mann_whitney, 1.2);
  MetricRun run;
  for (int i = 0; i < 2000; ++i) judge(run, m, Missing::inconclusive, both(i, i), i * 10s);
  EXPECT_EQ(run.contest.fresh_values.size(), kMostValues);
  EXPECT_EQ(run.contest.stable_values.back(), 1999);
}

TEST(Contest, ShowsBothSidesAndTheEvidence) {
  MetricRun run;
  const Metric errors = compared(Kind::sequential, 1.2);
  judge(run, errors, Missing::inconclusive, counted({100, 10}, {900, 9}), 10s);
  EXPECT_THAT(result_text(errors, counted({100, 10}, {900, 9}), run),
              testing::MatchesRegex("0.1 against 0.01, x10, e-value [0-9e+.]+"));
  EXPECT_EQ(limit_text(errors), "x1.2 of stable (sequential)");
  Metric p99 = compared(Kind::none, 1.3);
  p99.success = parse_condition("result < 1").value();
  EXPECT_EQ(limit_text(p99), "result < 1, x1.3 of stable");
  EXPECT_EQ(result_text(p99, both(0.4, 0.2), {}), "0.4 against 0.2, x2");
  EXPECT_EQ(result_text(p99, Measurement::unopposed(Measurement::of(0.4)), {}), "0.4, no stable side");
  EXPECT_EQ(describe(p99, both(0.4, 0.2), {}).substr(0, 51), "m: 0.4 against 0.2 on the stable side is more than ");
}

TEST(DryRun, IsMeasuredAndDecidesNothing) {
  Metric m = compared(Kind::none, 1.3);
  m.dry_run = true;
  Analysis analysis{{m}, {0}, Missing::inconclusive};
  const step::Bake step{60s, {}, 0, OnInsufficient::extend, 60s};
  Bake bake = open_bake(analysis, step, NewSide::seen, 60s, 0s);
  for (base::Millis now = 10s; now <= 60s; now += 10s) {
    EXPECT_EQ(take_due(bake, now), std::vector<int>{0}) << "it is asked until the end";
    if (now == 60s) break;
    pass_time(bake, now);
    const Measurement worse = now == 30s ? Measurement::error("refused") : both(9, 1);
    EXPECT_FALSE(take(bake, analysis, 0, worse, now));
    EXPECT_EQ(assess(m, Missing::inconclusive, both(9, 1)), Verdict::fail) << "and shown";
  }
  pass_time(bake, 60s);
  const auto end = over(bake, analysis, step, 60s);
  ASSERT_TRUE(end) << "its last answer is not waited for";
  EXPECT_EQ(end->verdict, Verdict::pass);
}

}  // namespace
}  // namespace trunkline::deployer
