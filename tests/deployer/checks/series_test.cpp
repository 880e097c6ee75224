#include "deployer/checks/series.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using Form = ScrapeQuery::Form;

ScrapeQuery query(Form form, const char* of, const char* over = nullptr, double q = 0) {
  ScrapeQuery made;
  made.form = form;
  made.of = *parse_selector(of);
  if (over != nullptr) made.over = *parse_selector(over);
  made.q = q;
  made.window = 10s;
  return made;
}

// All that these tests look at.
Series watching() {
  return Series(
      {query(Form::ratio, "r{status=~\"5..\"}", "r"), query(Form::rate, "nothing"), query(Form::quantile, "d")});
}

std::vector<Sample> requests(double ok, double failed) {
  return {{"r", {{"status", "200"}}, ok}, {"r", {{"status", "500"}}, failed}};
}

TEST(Series, SumsGrowthOverInstances) {
  Series series = watching();
  series.add("web1", 0s, requests(100, 0));
  series.add("web2", 0s, requests(500, 7));
  series.add("web1", 5s, requests(190, 10));
  series.add("web2", 5s, requests(600, 7));
  EXPECT_EQ(series.evaluate(query(Form::ratio, "r{status=~\"5..\"}", "r"), 5s), Measurement::of(0.05, 200));
  EXPECT_EQ(series.evaluate(query(Form::rate, "r"), 5s), Measurement::of(40));
  EXPECT_EQ(series.evaluate(query(Form::value, "r{status=\"500\"}"), 5s), Measurement::of(17));
}

TEST(Series, TakesACounterThatFellAsBegunAnew) {
  Series series = watching();
  series.add("web1", 0s, requests(100, 0));
  series.add("web1", 1s, requests(110, 0));
  series.add("web1", 2s, requests(5, 0));
  EXPECT_EQ(series.evaluate(query(Form::rate, "r"), 2s), Measurement::of(7.5));
}

TEST(Series, CountsASeriesThatAppearsLaterFromNothing) {
  Series series = watching();
  series.add("web1", 0s, {{"r", {{"status", "200"}}, 100}});
  series.add("web1", 1s, requests(110, 10));
  EXPECT_EQ(series.evaluate(query(Form::ratio, "r{status=\"500\"}", "r"), 1s), Measurement::of(0.5, 20));
}

TEST(Series, LooksAtItsWindowOnly) {
  Series series = watching();
  series.add("web1", 0s, requests(0, 0));
  series.add("web1", 5s, requests(100, 100));
  series.add("web1", 15s, requests(200, 100));
  EXPECT_EQ(series.evaluate(query(Form::ratio, "r{status=\"500\"}", "r"), 15s), Measurement::of(0, 300))
      << "but its samples are all since the first scrape";
}

TEST(Series, CountsSamplesAcrossARestartAndBeginsAnewWithTheBake) {
  const ScrapeQuery ratio = query(Form::ratio, "r{status=\"500\"}", "r");
  Series series = watching();
  for (int second = 0; second < 60; ++second) series.add("web1", second * 1s, requests(100 * (second % 30), 0));
  EXPECT_EQ(series.evaluate(ratio, 59s).samples, 5800) << "from 0 to 2900, twice";
  series.clear();
  series.add("web1", 60s, requests(50, 0));
  series.add("web1", 61s, requests(60, 5));
  EXPECT_EQ(series.evaluate(ratio, 61s).samples, 15);
}

TEST(Series, MeasuresAlsoWhenItsWindowIsShorterThanTheInterval) {
  Series series = watching();
  series.add("web1", 0s, requests(0, 0));
  series.add("web1", 60s, requests(120, 0));
  EXPECT_EQ(series.evaluate(query(Form::rate, "r"), 60s), Measurement::of(2));
}

TEST(Series, CallsSilenceMissingAndNotZero) {
  Series series = watching();
  EXPECT_EQ(series.evaluate(query(Form::value, "r"), 0s).kind, Measurement::Kind::missing);
  series.add("web1", 0s, requests(10, 1));
  EXPECT_EQ(series.evaluate(query(Form::rate, "r"), 0s).kind, Measurement::Kind::missing) << "one scrape is no rate";
  series.add("web1", 1s, requests(10, 1));
  EXPECT_EQ(series.evaluate(query(Form::ratio, "r{status=\"500\"}", "r"), 1s).kind, Measurement::Kind::missing);
  EXPECT_EQ(series.evaluate(query(Form::rate, "nothing"), 1s).kind, Measurement::Kind::missing);
}

std::vector<Sample> buckets(double fast, double slow, double all) {
  return {
      {"d_bucket", {{"le", "0.1"}}, fast}, {"d_bucket", {{"le", "0.5"}}, slow}, {"d_bucket", {{"le", "+Inf"}}, all}};
}

TEST(Series, InterpolatesAQuantileAsPrometheusDoes) {
  Series series = watching();
  series.add("web1", 0s, buckets(0, 0, 0));
  series.add("web1", 1s, buckets(90, 100, 100));
  EXPECT_EQ(series.evaluate(query(Form::quantile, "d", nullptr, 0.5), 1s), Measurement::of(0.1 * 50 / 90, 100));
  EXPECT_NEAR(series.evaluate(query(Form::quantile, "d", nullptr, 0.95), 1s).value, 0.3, 1e-9);
  series.add("web1", 2s, buckets(90, 100, 200));
  EXPECT_EQ(series.evaluate(query(Form::quantile, "d", nullptr, 0.99), 2s), Measurement::of(0.5, 200))
      << "the last bound there is";
}

TEST(Series, HasNoQuantileWithoutRequests) {
  Series series = watching();
  series.add("web1", 0s, buckets(5, 5, 5));
  series.add("web1", 1s, buckets(5, 5, 5));
  EXPECT_EQ(series.evaluate(query(Form::quantile, "d", nullptr, 0.9), 1s).kind, Measurement::Kind::missing);
}

}  // namespace
}  // namespace trunkline::deployer
