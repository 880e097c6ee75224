#include "deployer/checks/synthetic_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deployer/checks/checks.h"

namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Instance kInstance{"web1", "127.0.0.1", 9001};

Measurement run(const std::string& line, base::Millis timeout = base::Millis{5000}) {
  return run_synthetic({{"sh", "-c", line}, timeout}, "/", kInstance);
}

TEST(SyntheticCheck, PassesWhereTheProgramEndsWell) {
  EXPECT_EQ(run("exit 0"), Measurement::of(0));
}

TEST(SyntheticCheck, FailsWithTheLastWordsOfTheProgram) {
  const Measurement failed = run("echo a; echo expected 302, got 500 >&2; exit 3");
  EXPECT_EQ(failed.value, 1);
  EXPECT_EQ(failed.detail, "web1: it ended with exit 3: expected 302, got 500");
  EXPECT_THAT(run("sleep 10", base::Millis{50}).detail, HasSubstr("took longer than 50ms"));
}

TEST(SyntheticCheck, CannotBeMadeWithoutItsProgram) {
  EXPECT_EQ(run_synthetic({{"/no/such/program"}, base::Millis{500}}, "/", kInstance).kind, Measurement::Kind::error);
}

TEST(SyntheticCheck, IsMadeAgainstOneNewInstanceAfterTheOther) {
  Metric metric;
  metric.query = SyntheticQuery{{"sh", "-c", "echo $TRUNKLINE_INSTANCE $TRUNKLINE_ADDRESS; exit 1"}};
  Checks checks({{kInstance, {"web2", "127.0.0.1", 9002}, {"web3", "127.0.0.1", 9003}}, {}, "/"}, {metric});
  EXPECT_EQ(checks.measure(metric, base::Millis{0}).kind, Measurement::Kind::missing) << "no bake, no instance";
  checks.open({0, 2}, {1}, base::Millis{0});
  EXPECT_THAT(checks.measure(metric, base::Millis{0}).detail, HasSubstr("web1 127.0.0.1:9001"));
  EXPECT_THAT(checks.measure(metric, base::Millis{0}).detail, HasSubstr("web3 127.0.0.1:9003"));
  EXPECT_THAT(checks.measure(metric, base::Millis{0}).detail, HasSubstr("web1"));
}

}  // namespace
}  // namespace trunkline::deployer
