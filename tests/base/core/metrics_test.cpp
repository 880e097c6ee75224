#include "base/core/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace trunkline::base {
namespace {

using testing::HasSubstr;

TEST(Metrics, RendersTheExpositionFormat) {
  Metrics metrics;
  metrics.counter("requests_total", "Requests.", {{"route", "/a\"b\n"}}).add(2);
  metrics.gauge("age_seconds", "Age.").set(1.5);
  metrics.histogram("took_seconds", "Took.", {0.1, 1}).observe(0.5);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("# TYPE requests_total counter\nrequests_total{route=\"/a\\\"b\\n\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("age_seconds 1.5\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{le=\"0.1\"} 0\ntook_seconds_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_sum 0.5\n"));
}

TEST(Metrics, GiveTheSameSeriesForTheSameLabels) {
  Metrics metrics;
  metrics.counter("n_total", "N.", {{"a", "1"}}).add();
  metrics.counter("n_total", "N.", {{"a", "1"}}).add();
  EXPECT_EQ(metrics.counter("n_total", "N.", {{"a", "1"}}).value(), 2);
  EXPECT_EQ(metrics.counter("n_total", "N.", {{"a", "2"}}).value(), 0);
}

TEST(Metrics, LoseNoCountBetweenThreads) {
  Metrics metrics;
  Counter counter = metrics.counter("n_total", "N.");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([counter]() mutable {
      for (int n = 0; n < 10'000; ++n) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40'000);
}

}  // namespace
}  // namespace trunkline::base
