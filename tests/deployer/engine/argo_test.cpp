#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "deployer/engine/judge.h"

// Argo Rollouts' decisions as tables, with what we decide beside them. Each difference has its reason in
// docs/deployer.md, "Judging".
namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct OfConditions {
  const char* success;
  const char* failure;
  double result;
  Verdict argo, ours;
};

TEST(Argo, DecidesOneMeasurementByItsConditions) {
  using enum Verdict;
  const char *none = nullptr, *low = "result < 1", *high = "result > 5", *any = "result > 0";
  const std::vector<OfConditions> table = {
      {low, none, 0, pass, pass},
      {low, none, 1, fail, fail},
      {none, high, 5, pass, pass},
      {none, high, 6, fail, fail},
      {low, high, 0, pass, pass},
      {low, high, 3, inconclusive, inconclusive},
      {low, high, 6, fail, fail},
      {any, high, 6, fail, fail},  // both are true: failure wins
      // No number: there every comparison with NaN is false.
      {low, none, kNan, fail, inconclusive},
      {none, high, kNan, pass, inconclusive},
      {low, high, kNan, inconclusive, inconclusive},
      {none, high, -INFINITY, pass, inconclusive},
      {low, none, -INFINITY, pass, inconclusive},
  };
  for (const OfConditions& row : table) {
    Metric metric;
    if (row.success != nullptr) metric.success = parse_condition(row.success).value();
    if (row.failure != nullptr) metric.failure = parse_condition(row.failure).value();
    EXPECT_EQ(assess(metric, Missing::inconclusive, Measurement::of(row.result)), row.ours)
        << (row.success ? row.success : "-") << " " << (row.failure ? row.failure : "-") << " " << row.result;
    if (std::isfinite(row.result)) {
      EXPECT_EQ(row.argo, row.ours);
    }
  }
}

struct OfLimits {
  const char* results;  // p(ass), f(ail), i(nconclusive), e(rror)
  int failure_limit, inconclusive_limit, consecutive_error_limit, count;
  const char* argo;  // at the end of the results: a verdict, or "running"
  const char* ours;
};

std::string_view after(const OfLimits& row) {
  Metric metric;
  metric.failure_limit = row.failure_limit;
  metric.inconclusive_limit = row.inconclusive_limit;
  metric.consecutive_error_limit = row.consecutive_error_limit;
  metric.count = row.count;
  MetricRun run;
  for (const char result : std::string_view(row.results)) {
    const Verdict verdict = result == 'p'   ? Verdict::pass
                            : result == 'f' ? Verdict::fail
                            : result == 'i' ? Verdict::inconclusive
                                            : Verdict::error;
    record(run, metric, verdict, 0s);
    if (run.final) return to_string(*run.final);
  }
  return "running";
}

TEST(Argo, CountsVerdictsAgainstLimits) {
  const std::vector<OfLimits> table = {
      // failureLimit: so many failures are borne, one more fails.
      {"f", 0, 0, 4, 0, "fail", "fail"},
      {"fpf", 2, 0, 4, 0, "running", "running"},
      {"fpfpf", 2, 0, 4, 0, "fail", "fail"},
      {"fff", 3, 0, 4, 3, "pass", "pass"},  // count is reached within the limit, though all failed
      // inconclusiveLimit, likewise.
      {"i", 0, 0, 4, 0, "inconclusive", "inconclusive"},
      {"ipi", 0, 2, 4, 0, "running", "running"},
      {"ipipi", 0, 2, 4, 0, "inconclusive", "inconclusive"},
      {"ip", 0, 2, 4, 2, "pass", "pass"},
      {"ii", 0, 2, 4, 2, "pass", "inconclusive"},  // never measured
      // consecutiveErrorLimit: only errors in a row, by default 4; any result ends the row.
      {"eeee", 0, 0, 4, 0, "running", "running"},
      {"eeeee", 0, 0, 4, 0, "error", "error"},
      {"eeeepeeee", 0, 0, 4, 0, "running", "running"},
      {"eefee", 1, 0, 2, 0, "running", "running"},
      {"e", 0, 0, 0, 0, "error", "error"},
      // count: errors do not count.
      {"pp", 0, 0, 4, 3, "running", "running"},
      {"ppp", 0, 0, 4, 3, "pass", "pass"},
      {"pep", 0, 0, 4, 3, "running", "running"},
      {"pepp", 0, 0, 4, 3, "pass", "pass"},
      {"pfp", 1, 0, 4, 3, "pass", "pass"},
      {"pff", 1, 0, 4, 3, "fail", "fail"},  // the limit is looked at before the count
  };
  for (const OfLimits& row : table) {
    EXPECT_EQ(after(row), row.ours) << row.results;
    const bool differs = std::string_view(row.argo) != row.ours;
    EXPECT_EQ(differs, std::string_view(row.results) == "ii") << row.results;
  }
}

}  // namespace
}  // namespace trunkline::deployer
