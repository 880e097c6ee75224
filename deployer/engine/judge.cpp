#include "deployer/engine/judge.h"

#include <algorithm>

namespace trunkline::deployer {
namespace {

constexpr base::Millis kErrorRetry{
    10'000};  // an error is tried again after so long, or the interval if that is shorter

Verdict of_missing(Missing on_missing) {
  switch (on_missing) {
    case Missing::inconclusive:
      return Verdict::inconclusive;
    case Missing::fail:
      return Verdict::fail;
    case Missing::pass:
      return Verdict::pass;
  }
  return Verdict::inconclusive;
}

Verdict by_conditions(const Metric& metric, double value) {
  if (metric.failure && metric.failure->holds(value)) return Verdict::fail;
  if (!metric.success || metric.success->holds(value)) return Verdict::pass;
  return metric.failure ? Verdict::inconclusive : Verdict::fail;
}

// A negative value has no ratio to be within.
Verdict by_comparison(const Against& against, Missing on_missing, const Measurement& m) {
  if (m.alone || against.test == Against::Test::sequential) return Verdict::pass;
  if (!m.stable || *m.stable < 0) return of_missing(on_missing);
  const bool too_much = against.test == Against::Test::none && exceeds(against, m.value, *m.stable);
  return too_much ? Verdict::fail : Verdict::pass;
}

// At the end of a bake, of a metric that was measured.
Verdict by_all_values(const Contest& contest, const Against& against) {
  if (against.test != Against::Test::mann_whitney || !contest.met) return Verdict::pass;
  const auto found = classify_all(contest, against);
  if (!found) return Verdict::inconclusive;
  return found->label == Comparison::high ? Verdict::fail : Verdict::pass;
}

bool is_counted_out(const MetricRun& run, const Metric& metric) {
  return metric.count > 0 && run.passes + run.failures + run.inconclusive >= metric.count;
}

}  // namespace

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
  const Missing missing = metric.on_missing.value_or(on_missing);
  if (measurement.kind == Measurement::Kind::error) return Verdict::error;
  if (measurement.kind == Measurement::Kind::missing) return of_missing(missing);
  const Verdict verdict = by_conditions(metric, measurement.value);
  if (verdict == Verdict::fail || !metric.against) return verdict;
  const Verdict compared = by_comparison(*metric.against, missing, measurement);
  return compared == Verdict::pass ? verdict : compared;
}

void record(MetricRun& run, const Metric& metric, Verdict verdict, base::Millis now) {
  run.in_flight = false;
  run.content = verdict == Verdict::pass || metric.dry_run;
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
  if (metric.dry_run) {
    if (is_counted_out(run, metric)) run.final = Verdict::pass;
  } else if (run.failures > metric.failure_limit) {
    run.final = Verdict::fail;
  } else if (run.consecutive_errors > metric.consecutive_error_limit) {
    run.final = Verdict::error;
  } else if (run.inconclusive > metric.inconclusive_limit) {
    run.final = Verdict::inconclusive;
  } else if (is_counted_out(run, metric)) {
    run.final = conclude(run, metric);
  }
}

Verdict judge(MetricRun& run, const Metric& metric, Missing on_missing, const Measurement& measurement,
              base::Millis now) {
  const bool passes = run.excused && measurement.kind == Measurement::Kind::missing;
  Verdict verdict = passes ? Verdict::pass : assess(metric, on_missing, measurement);
  const bool compared = metric.against && measurement.kind == Measurement::Kind::value;
  if (compared) count_in(run.contest, *metric.against, measurement);
  const bool alarm = compared && lost(run.contest, *metric.against);
  if (alarm) verdict = Verdict::fail;
  record(run, metric, verdict, now);
  if (alarm && !metric.dry_run) run.final = Verdict::fail;
  return verdict;
}

Verdict conclude(const MetricRun& run, const Metric& metric) {
  if (run.final) return *run.final;
  if (metric.dry_run) return Verdict::pass;
  if (run.passes + run.failures == 0) return run.consecutive_errors > 0 ? Verdict::error : Verdict::inconclusive;
  return metric.against ? by_all_values(run.contest, *metric.against) : Verdict::pass;
}

}  // namespace trunkline::deployer
