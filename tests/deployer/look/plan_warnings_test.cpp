#include "deployer/look/plan_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using base::Millis;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(PlanWarnings, ReadTheLongestRangeOfAQuery) {
  EXPECT_EQ(longest_range("up"), Millis{0});
  EXPECT_EQ(longest_range("sum(rate(http_requests_total{code=\"500\"}[1m])) / sum(rate(http_requests_total[5m]))"),
            Millis{300'000});
  EXPECT_EQ(longest_range("max_over_time(rate(x[30s])[1h30m:10s])"), Millis{5'400'000});
  EXPECT_EQ(longest_range("rate(x[ 90s ])"), Millis{90'000});
  EXPECT_EQ(longest_range("rate(x{path=\"/[1h]\"}[250ms])"), Millis{250}) << "brackets in a label's value are none";
  EXPECT_EQ(longest_range("rate(x{path='it\\'s [1h]'}[10s])"), Millis{10'000});
  EXPECT_EQ(longest_range("x[5parsecs]"), Millis{0});
  EXPECT_EQ(longest_range("x["), Millis{0});
}

Plan plan_with(Millis delay, Millis bake, const std::string& query) {
  Plan plan;
  Metric metric;
  metric.name = "errors";
  metric.query = PrometheusQuery{"http://127.0.0.1:9090", query};
  metric.initial_delay = delay;
  plan.analysis.metrics = {metric};
  plan.analysis.background = {0};
  plan.steps = {step::Bake{bake, {}, 0, OnInsufficient::extend, bake}};
  return plan;
}

TEST(PlanWarnings, NameAQueryThatLooksBackFurtherThanTheBake) {
  const auto warnings = warnings_of({}, plan_with(Millis{0}, Millis{8'000}, "rate(x[1m])"));
  EXPECT_THAT(warnings, ElementsAre(testing::AllOf(HasSubstr("metric errors: its query looks back 1m"),
                                                   HasSubstr("initialDelay: 1m"), HasSubstr("one takes 8s"))));
  EXPECT_THAT(warnings_of({}, plan_with(Millis{0}, Millis{600'000}, "rate(x[1m])")),
              ElementsAre(Not(HasSubstr("one takes"))));
  EXPECT_THAT(warnings_of({}, plan_with(Millis{60'000}, Millis{600'000}, "rate(x[1m])")), IsEmpty());
  EXPECT_THAT(warnings_of({}, plan_with(Millis{0}, Millis{8'000}, "up")), IsEmpty());
}

TEST(PlanWarnings, NameWordsThatOnlyAShellWouldRead) {
  Rollout rollout;
  rollout.command = {"python3", "api.py", "$PORT", "$"};
  EXPECT_THAT(warnings_of(rollout, {}), ElementsAre(HasSubstr("\"$PORT\" goes to the program as it is")));
  rollout.command = {"python3", "api.py", "{{instance.port}}"};
  EXPECT_THAT(warnings_of(rollout, {}), IsEmpty());
}

}  // namespace
}  // namespace trunkline::deployer
