#include "deployer/engine/bake.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

// A bake of a minute that wants 500 requests, measured every ten seconds.
class MinSamples : public testing::Test {
 protected:
  MinSamples() {
    Metric metric;
    metric.name = "errors";
    metric.interval = 10s;
    metric.success = parse_condition("result < 0.01").value();
    analysis_.metrics = {metric};
    analysis_.background = {0};
  }

  // How it ends, and when, with so many requests a second to the new side.
  std::pair<BakeEnd, base::Millis> run(int64_t per_second) {
    Bake bake = open_bake(analysis_, step_, NewSide::seen, step_.length, 0s);
    for (base::Millis now = 10s; now <= 10min; now += 10s) {
      pass_time(bake, now);
      for (const int metric : take_due(bake, now)) {
        EXPECT_FALSE(take(bake, analysis_, metric, Measurement::of(0, per_second * now.count() / 1000), now));
      }
      if (const auto end = over(bake, analysis_, step_, now)) return {*end, now};
    }
    return {};
  }

  Analysis analysis_;
  step::Bake step_{60s, {}, 500, OnInsufficient::extend, 60s};
};

TEST_F(MinSamples, EndTheBakeInTimeWhereThereAreEnough) {
  const auto [end, at] = run(10);
  EXPECT_EQ(end.verdict, Verdict::pass);
  EXPECT_EQ(at, 60s);
}

TEST_F(MinSamples, ExtendTheBakeUntilThereAreEnough) {
  const auto [end, at] = run(5);
  EXPECT_EQ(end.verdict, Verdict::pass);
  EXPECT_EQ(at, 100s);
}

TEST_F(MinSamples, HoldAndSaySoWhereThereNeverAre) {
  const auto [end, at] = run(1);
  EXPECT_EQ(end.verdict, Verdict::inconclusive);
  EXPECT_EQ(end.why, "only 120 of 500 requests reached the new side");
  EXPECT_EQ(at, 120s);
  step_.on_insufficient = OnInsufficient::roll_back;
  EXPECT_EQ(run(1).first.verdict, Verdict::fail);
}

TEST_F(MinSamples, WaitForAnAnswerPastTheDeadlineWithoutBeingWoken) {
  Bake bake = open_bake(analysis_, step_, NewSide::seen, step_.length, 0s);
  EXPECT_EQ(next_due(bake, analysis_, false, 0s), 10s);
  take_due(bake, 10s);
  bake.left = 0s;
  EXPECT_FALSE(next_due(bake, analysis_, false, 200s)) << "who is told the time again and again never hears the answer";
  analysis_.metrics[0].dry_run = true;
  EXPECT_EQ(next_due(bake, analysis_, false, 200s), 200s) << "a dry run is not waited for";
}

class Preview : public testing::Test {
 protected:
  Preview() {
    for (const char* name : {"background", "own"}) {
      Metric metric;
      metric.name = name;
      metric.interval = 10s;
      metric.on_missing = Missing::fail;
      metric.failure = parse_condition("result > 0.01").value();
      analysis_.metrics.push_back(metric);
    }
    analysis_.background = {0};
  }

  // How it ends where both metrics measure this.
  Verdict run(NewSide side, const Measurement& measurement, std::vector<int> metrics) {
    const step::Bake step{60s, std::move(metrics), 0, OnInsufficient::extend, 60s};
    Bake bake = open_bake(analysis_, step, side, step.length, 0s);
    for (base::Millis now = 10s; now <= 10min; now += 10s) {
      pass_time(bake, now);
      for (const int metric : take_due(bake, now)) {
        if (const auto end = take(bake, analysis_, metric, measurement, now)) return end->verdict;
      }
      if (const auto end = over(bake, analysis_, step, now)) return end->verdict;
    }
    return Verdict::error;
  }

  Analysis analysis_;
};

TEST_F(Preview, NeedsNoDataOfUsersWhoAreNotSentThere) {
  const Measurement missing = Measurement::missing("no request");
  EXPECT_EQ(run(NewSide::unseen, missing, {}), Verdict::pass);
  EXPECT_EQ(run(NewSide::seen, missing, {}), Verdict::fail);
  EXPECT_EQ(run(NewSide::unseen, missing, {1}), Verdict::fail) << "what the step asks for must be measured";
}

TEST_F(Preview, IsJudgedByWhatIsMeasuredAllTheSame) {
  EXPECT_EQ(run(NewSide::unseen, Measurement::of(0.5), {}), Verdict::fail);
  EXPECT_EQ(run(NewSide::unseen, Measurement::error("refused"), {}), Verdict::error);
}

}  // namespace
}  // namespace trunkline::deployer
