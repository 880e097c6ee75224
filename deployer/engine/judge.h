#pragma once

#include <optional>
#include <string>

#include "base/core/clock.h"
#include "deployer/plan/metric.h"

// Judging one metric by Argo Rollouts' rules, with its trap closed: a result that is no number is missing first, and
// only then `onMissingData` decides what it means. Pure.
namespace trunkline::deployer {

// One result of a check: a value, or why there is none.
struct Measurement {
  enum class Kind { value, missing, error };
  Kind kind = Kind::missing;
  double value = 0;
  std::string detail = {};  // why it is missing or in error
  int64_t samples = 0;      // requests to the new side since the bake began, where the check counts them

  // NaN and infinities become missing.
  static Measurement of(double value, int64_t samples = 0);
  static Measurement missing(std::string why) { return {Kind::missing, 0, std::move(why)}; }
  static Measurement error(std::string why) { return {Kind::error, 0, std::move(why)}; }

  bool operator==(const Measurement&) const = default;
};

enum class Verdict { pass, fail, inconclusive, error };
std::string_view to_string(Verdict verdict);

// What one measurement alone says.
Verdict assess(const Metric& metric, Missing on_missing, const Measurement& measurement);

// The course of one metric during one bake.
struct MetricRun {
  base::Millis due{0};  // when the next measurement is to be taken, on the rollout's own time
  bool in_flight = false;
  bool content = true;  // the last measurement passed, or there was none yet
  int passes = 0;
  int failures = 0;
  int inconclusive = 0;
  int consecutive_errors = 0;
  std::optional<Verdict> final;

  bool operator==(const MetricRun&) const = default;
};

// Counts a verdict in and sets `final` once a limit is broken or `count` is reached; sets when the next one is due.
void record(MetricRun& run, const Metric& metric, Verdict verdict, base::Millis now);

// What the metric says at the end of a bake: pass only if something was measured; all inconclusive is inconclusive,
// whatever the limits are.
Verdict conclude(const MetricRun& run);

// "p99: 0.412 breaks result < 0.25 (quantile 0.99 of ... over 5s on the new side)".
std::string describe(const Metric& metric, const Measurement& measurement);

}  // namespace trunkline::deployer
