#include "tests/load/statistics.h"

#include <gtest/gtest.h>

namespace trunkline::load {
namespace {

using std::chrono::milliseconds;

TEST(Statistics, FindsQuantilesWithinTwoPercent) {
  Statistics statistics;
  for (int i = 1; i <= 1000; ++i) statistics.add({.latency = milliseconds(i), .status = 302}, milliseconds(900));
  const base::Json report = statistics.report();
  const auto number = [&](const char* key) { return base::find(report, key)->to_number<double>(); };
  EXPECT_EQ(number("requests"), 1000);
  EXPECT_EQ(number("slow"), 100);
  EXPECT_NEAR(number("mean_ms"), 500.5, 0.001);
  EXPECT_NEAR(number("p50_ms"), 500, 10);
  EXPECT_NEAR(number("p90_ms"), 900, 18);
  EXPECT_NEAR(number("p99_ms"), 990, 20);
  EXPECT_EQ(number("max_ms"), 1000);
}

TEST(Statistics, AddUp) {
  Statistics one;
  Statistics other;
  one.add({.status = 302, .met_fault = true}, milliseconds(1));
  other.add({.status = 500, .failure = "status 500"}, milliseconds(1));
  other.add({.retried = true, .failure = "no answer"}, milliseconds(1));
  one.merge(other);
  EXPECT_EQ(base::to_text(one.report()),
            R"({"requests":3,"failed":2,"slow":0,"met_fault":1,"retried":1,"statuses":{"302":1,"500":1},"mean_ms":0.0,)"
            R"("p50_ms":0.0,"p90_ms":0.0,"p99_ms":0.0,"max_ms":0.0,"failures":["status 500","no answer"]})");
}

TEST(Statistics, KeepTheFirstFailuresOnly) {
  Statistics statistics;
  for (int i = 0; i < 9; ++i) statistics.add({.failure = std::to_string(i)}, milliseconds(1));
  EXPECT_EQ(base::find(statistics.report(), "failures")->as_array().size(), 5U);
}

}  // namespace
}  // namespace trunkline::load
