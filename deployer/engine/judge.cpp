#include "deployer/engine/judge.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace trunkline::deployer {
namespace {

constexpr base::Millis kErrorRetry{
    10'000};  // an error is tried again after so long, or the interval if that is shorter

}  // namespace

Measurement Measurement::of(double value, int64_t samples) {
  if (std::isfinite(value)) return {Kind::value, value, {}, samples};
  return missing(fmt::format("the result is {}", value));
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::error:
      return "error";
  }
  return "error";
}

Verdict assess(const Metric& metric, Missing on_missing, const Measurement& measurement) {
  switch (measurement.kind) {
    case Measurement::Kind::error:
      return Verdict::error;
    case Measurement::Kind::missing:
      switch (on_missing) {
        case Missing::inconclusive:
          return Verdict::inconclusive;
        case Missing::fail:
          return Verdict::fail;
        case Missing::pass:
          return Verdict::pass;
      }
      return Verdict::inconclusive;
    case Measurement::Kind::value:
      break;
  }
  if (metric.failure && metric.failure->holds(measurement.value)) return Verdict::fail;
  if (!metric.success) return Verdict::pass;
  if (metric.success->holds(measurement.value)) return Verdict::pass;
  return metric.failure ? Verdict::inconclusive : Verdict::fail;
}

void record(MetricRun& run, const Metric& metric, Verdict verdict, base::Millis now) {
  run.in_flight = false;
  run.content = verdict == Verdict::pass;
  run.due = now + (verdict == Verdict::error ? std::min(kErrorRetry, metric.interval) : metric.interval);
  run.consecutive_errors = verdict == Verdict::error ? run.consecutive_errors + 1 : 0;
  switch (verdict) {
    case Verdict::pass:
      ++run.passes;
      break;
    case Verdict::fail:
      ++run.failures;
      break;
    case Verdict::inconclusive:
      ++run.inconclusive;
      break;
    case Verdict::error:
      break;
  }
  if (run.failures > metric.failure_limit) {
    run.final = Verdict::fail;
  } else if (run.consecutive_errors > metric.consecutive_error_limit) {
    run.final = Verdict::error;
  } else if (run.inconclusive > metric.inconclusive_limit) {
    run.final = Verdict::inconclusive;
  } else if (metric.count > 0 && run.passes + run.failures + run.inconclusive >= metric.count) {
    run.final = conclude(run);
  }
}

Verdict conclude(const MetricRun& run) {
  if (run.final) return *run.final;
  const bool measured = run.passes + run.failures > 0;
  if (measured) return Verdict::pass;
  return run.consecutive_errors > 0 ? Verdict::error : Verdict::inconclusive;
}

std::string describe(const Metric& metric, const Measurement& measurement) {
  const std::string query = to_string(metric.query);
  if (measurement.kind == Measurement::Kind::missing) {
    return fmt::format("{}: no data ({}; {})", metric.name, measurement.detail, query);
  }
  if (measurement.kind == Measurement::Kind::error) {
    return fmt::format("{}: could not be measured ({}; {})", metric.name, measurement.detail, query);
  }
  const bool broke_failure = metric.failure && metric.failure->holds(measurement.value);
  const std::string limit = broke_failure    ? "meets failureCondition " + to_string(*metric.failure)
                            : metric.success ? "breaks " + to_string(*metric.success)
                                             : "is within its limit";
  return fmt::format("{}: {:.4g} {} ({})", metric.name, measurement.value, limit, query);
}

}  // namespace trunkline::deployer
