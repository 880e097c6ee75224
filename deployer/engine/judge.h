#pragma once

#include <optional>
#include <string>

#include "base/core/clock.h"
#include "deployer/engine/contest.h"
#include "deployer/engine/measurement.h"
#include "deployer/plan/metric.h"

// Judging one metric by Argo Rollouts' rules, with its trap closed: a result that is no number is missing first, and
// only then `onMissingData` decides what it means. Pure.
namespace trunkline::deployer {

enum class Verdict { pass, fail, inconclusive, error };
std::string_view to_string(Verdict verdict);

// What one measurement alone says. `on_missing` is the analysis'; the metric's own comes first. Without a stable side
// the conditions alone decide; of no data of the stable side onMissingData does, where the conditions are met.
Verdict assess(const Metric& metric, Missing on_missing, const Measurement& measurement);

// The course of one metric during one bake.
struct MetricRun {
  base::Millis due{0};  // when the next measurement is to be taken, on the rollout's own time
  bool in_flight = false;
  bool content = true;   // the last measurement passed, or there was none yet
  bool excused = false;  // no data says nothing here, and passes: nobody is sent to the new side yet
  int passes = 0;
  int failures = 0;
  int inconclusive = 0;
  int consecutive_errors = 0;
  std::optional<Verdict> final;
  Contest contest;  // of a metric that is compared

  bool operator==(const MetricRun&) const = default;
};

// Counts a verdict in and sets `final` once a limit is broken or `count` is reached; sets when the next one is due. A
// dry run breaks no limit and is always content.
void record(MetricRun& run, const Metric& metric, Verdict verdict, base::Millis now);

// Counts a measurement in, as assess() and record() do, and into the test against the stable side, whose alarm is final
// whatever the limits are. The verdict.
Verdict judge(MetricRun& run, const Metric& metric, Missing on_missing, const Measurement& measurement,
              base::Millis now);

// What the metric says at the end of a bake: pass only if something was measured; all inconclusive is inconclusive,
// whatever the limits are. Mann and Whitney's test is made here.
Verdict conclude(const MetricRun& run, const Metric& metric);

}  // namespace trunkline::deployer
