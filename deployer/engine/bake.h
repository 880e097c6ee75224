#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deployer/engine/judge.h"
#include "deployer/plan/rollout.h"

// Time that passes under guard: the course of one bake, or of one wait for a person. Pure; `now` is the rollout's time.
namespace trunkline::deployer {

struct Bake {
  struct Run {
    int metric = 0;  // of Analysis::metrics
    MetricRun run;
    bool operator==(const Run&) const = default;
  };

  base::Millis left{0};      // of the time that must pass while every metric is content
  base::Millis counted{0};   // up to when `left` is counted
  base::Millis deadline{0};  // by then it must be over
  int64_t samples = 0;       // requests to the new side, as far as measurements told
  std::vector<Run> runs;

  bool operator==(const Bake&) const = default;
};

struct BakeEnd {
  Verdict verdict = Verdict::pass;
  std::string why;
};

// Whether users are sent to the new side. Where none are, as in a preview, background metrics may have no data.
enum class NewSide { unseen, seen };

// The bake of this step, with `left` of its length to go.
Bake open_bake(const Analysis& analysis, const step::Bake& bake, NewSide side, base::Millis left, base::Millis now);

// The course of a metric in the bake; one without a measurement where it has none.
MetricRun run_of(const std::optional<Bake>& bake, int metric);

// Metrics whose measurement is due now; they count as in flight from here on.
std::vector<int> take_due(Bake& bake, base::Millis now);

// Time up to `now` is counted, if it was good.
void pass_time(Bake& bake, base::Millis now);

// Counts a measurement in. What it ends the bake with, if it does.
std::optional<BakeEnd> take(Bake& bake, const Analysis& analysis, int metric, const Measurement& measurement,
                            base::Millis now);

// How the bake ends now, if it does: its time is over and all was measured, or its deadline is past.
std::optional<BakeEnd> over(const Bake& bake, const Analysis& analysis, const step::Bake& step, base::Millis now);

// Time up to `now` is left out, for the length and for the deadline: somebody paused it.
void leave_out_time(Bake& bake, base::Millis now);

// When something is to be done next, if no measurement comes before; nothing where only measurements are waited for.
std::optional<base::Millis> next_due(const Bake& bake, const Analysis& analysis, bool paused, base::Millis now);

// What is left of a bake must be long enough to measure every metric once more.
base::Millis shortest_bake(const Analysis& analysis, const step::Bake& bake);

}  // namespace trunkline::deployer
