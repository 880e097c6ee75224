#include "deployer/engine/judge.h"

#include <gtest/gtest.h>
#include <limits>

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

Metric metric(const char* success, const char* failure) {
  Metric made;
  made.name = "m";
  made.interval = 30s;
  if (success != nullptr) made.success = *parse_condition(success);
  if (failure != nullptr) made.failure = *parse_condition(failure);
  return made;
}

Verdict verdict(const Metric& m, double value) {
  return assess(m, Missing::inconclusive, Measurement::of(value));
}

// Argo Rollouts' table for success and failure conditions.
TEST(Judge, FollowsTheConditionsThatAreGiven) {
  const Metric success = metric("result < 1", nullptr), failure = metric(nullptr, "result > 5"),
               both = metric("result < 1", "result > 5");
  EXPECT_EQ(verdict(success, 0), Verdict::pass);
  EXPECT_EQ(verdict(success, 1), Verdict::fail);
  EXPECT_EQ(verdict(failure, 5), Verdict::pass);
  EXPECT_EQ(verdict(failure, 6), Verdict::fail);
  EXPECT_EQ(verdict(both, 0), Verdict::pass);
  EXPECT_EQ(verdict(both, 3), Verdict::inconclusive);
  EXPECT_EQ(verdict(both, 6), Verdict::fail);
  EXPECT_EQ(verdict(metric("result > 0", "result > 5"), 6), Verdict::fail) << "failure wins";
}

TEST(Judge, LetsOnMissingDataDecideWhatIsNoNumber) {
  const Metric m = metric("result < 1", "result > 5");
  const auto nan = Measurement::of(std::numeric_limits<double>::quiet_NaN());
  const auto inf = Measurement::of(std::numeric_limits<double>::infinity());
  EXPECT_EQ(assess(m, Missing::inconclusive, nan), Verdict::inconclusive);
  EXPECT_EQ(assess(m, Missing::fail, inf), Verdict::fail);
  EXPECT_EQ(assess(m, Missing::pass, Measurement::missing("no series")), Verdict::pass);
  EXPECT_EQ(assess(m, Missing::pass, Measurement::error("refused")), Verdict::error);
}

TEST(Judge, FailsWithMoreFailuresThanItsLimit) {
  Metric m = metric("result < 1", nullptr);
  m.failure_limit = 1;
  MetricRun run;
  record(run, m, Verdict::fail, 0s);
  EXPECT_FALSE(run.final);
  record(run, m, Verdict::pass, 30s);
  record(run, m, Verdict::fail, 60s);
  EXPECT_EQ(run.final, Verdict::fail);
}

TEST(Judge, CountsErrorsInARowOnlyAndRetriesThemSooner) {
  Metric m = metric("result < 1", nullptr);
  m.consecutive_error_limit = 1;
  MetricRun run;
  record(run, m, Verdict::error, 100s);
  EXPECT_EQ(run.due, 110s);
  record(run, m, Verdict::pass, 110s);
  EXPECT_EQ(run.due, 140s);
  record(run, m, Verdict::error, 140s);
  EXPECT_FALSE(run.final);
  record(run, m, Verdict::error, 150s);
  EXPECT_EQ(run.final, Verdict::error);
}

TEST(Judge, PassesOnceItsCountIsReachedWithinTheLimits) {
  Metric m = metric("result < 1", nullptr);
  m.count = 2;
  MetricRun run;
  record(run, m, Verdict::pass, 0s);
  record(run, m, Verdict::error, 30s);
  EXPECT_FALSE(run.final) << "an error does not count";
  record(run, m, Verdict::pass, 40s);
  EXPECT_EQ(run.final, Verdict::pass);
}

TEST(Judge, DoesNotPassWhatWasNeverMeasured) {
  const Metric m = metric("result < 1", nullptr);
  EXPECT_EQ(conclude(MetricRun{}, m), Verdict::inconclusive);
  MetricRun measured;
  measured.passes = 1;
  EXPECT_EQ(conclude(measured, m), Verdict::pass);
  MetricRun silent;
  silent.inconclusive = 3;
  EXPECT_EQ(conclude(silent, m), Verdict::inconclusive) << "limits that were not broken are no measurement";
}

}  // namespace
}  // namespace trunkline::deployer
