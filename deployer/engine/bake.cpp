#include "deployer/engine/bake.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "deployer/engine/describe.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

bool contains(const std::vector<int>& metrics, int metric) {
  return std::find(metrics.begin(), metrics.end(), metric) != metrics.end();
}

std::vector<int> metrics_of(const Analysis& analysis, const step::Bake& bake) {
  std::vector<int> metrics = analysis.background;
  for (const int metric : bake.metrics) {
    if (!contains(metrics, metric)) metrics.push_back(metric);
  }
  return metrics;
}

const Metric& metric_of(const Analysis& analysis, int index) {
  return analysis.metrics[static_cast<size_t>(index)];
}

bool content(const Bake& bake) {
  return std::all_of(bake.runs.begin(), bake.runs.end(), [](const Bake::Run& r) { return r.run.content; });
}

bool waiting(const Bake& bake, const Analysis& analysis) {
  return std::any_of(bake.runs.begin(), bake.runs.end(),
                     [&](const Bake::Run& r) { return r.run.in_flight && !metric_of(analysis, r.metric).dry_run; });
}

// What is not as it should be at the end of the time, if anything is.
std::optional<BakeEnd> unmeasured(const Bake& bake, const Analysis& analysis) {
  for (const Bake::Run& r : bake.runs) {
    const Metric& metric = metric_of(analysis, r.metric);
    const Verdict verdict = conclude(r.run, metric);
    if (verdict != Verdict::pass) return BakeEnd{verdict, describe_end(metric, r.run)};
  }
  return std::nullopt;
}

std::string describe_discontent(const Bake& bake, const Analysis& analysis) {
  std::vector<std::string> names;
  for (const Bake::Run& r : bake.runs) {
    const bool was = !r.run.content || r.run.failures > 0 || r.run.inconclusive > 0;
    if (was && !metric_of(analysis, r.metric).dry_run) names.push_back(metric_of(analysis, r.metric).name);
  }
  return fmt::format("the checks were not content for long enough{}{}", names.empty() ? "" : ": ",
                     fmt::join(names, ", "));
}

BakeEnd too_few(const Bake& bake, const step::Bake& step) {
  const Verdict verdict = step.on_insufficient == OnInsufficient::roll_back ? Verdict::fail : Verdict::inconclusive;
  return {verdict, fmt::format("only {} of {} requests reached the new side", bake.samples, step.min_samples)};
}

}  // namespace

Millis shortest_bake(const Analysis& analysis, const step::Bake& bake) {
  Millis shortest{0};
  for (const int index : metrics_of(analysis, bake)) {
    shortest = std::max(shortest, metric_of(analysis, index).least_bake());
  }
  return shortest;
}

Bake open_bake(const Analysis& analysis, const step::Bake& step, NewSide side, Millis left, Millis now) {
  Bake bake{left, now, now + left + step.extend_max, 0, {}};
  for (const int index : metrics_of(analysis, step)) {
    const Metric& metric = metric_of(analysis, index);
    MetricRun run;
    run.due = now + metric.initial_delay + metric.interval;
    // What the step itself asks for is to be measured there.
    run.excused = side == NewSide::unseen && !contains(step.metrics, index);
    bake.runs.push_back({index, run});
  }
  return bake;
}

MetricRun run_of(const std::optional<Bake>& bake, int metric) {
  for (const Bake::Run& r : bake ? bake->runs : std::vector<Bake::Run>{}) {
    if (r.metric == metric) return r.run;
  }
  return {};
}

std::vector<int> take_due(Bake& bake, Millis now) {
  std::vector<int> due;
  for (Bake::Run& r : bake.runs) {
    if (r.run.final || r.run.in_flight || r.run.due > now) continue;
    r.run.in_flight = true;
    due.push_back(r.metric);
  }
  return due;
}

void pass_time(Bake& bake, Millis now) {
  if (content(bake)) bake.left -= now - bake.counted;
  bake.counted = now;
}

std::optional<BakeEnd> take(Bake& bake, const Analysis& analysis, int index, const Measurement& measurement,
                            Millis now) {
  for (Bake::Run& r : bake.runs) {
    if (r.metric != index) continue;
    const Metric& metric = metric_of(analysis, index);
    judge(r.run, metric, analysis.on_missing, measurement, now);
    bake.samples = std::max(bake.samples, measurement.samples);
    if (r.run.final && *r.run.final != Verdict::pass)
      return BakeEnd{*r.run.final, describe(metric, measurement, r.run)};
  }
  return std::nullopt;
}

std::optional<BakeEnd> over(const Bake& bake, const Analysis& analysis, const step::Bake& step, Millis now) {
  if (waiting(bake, analysis)) return std::nullopt;
  const bool enough = bake.samples >= step.min_samples;
  if (bake.left <= Millis{0} && enough) {
    // One that counts to a number is waited for.
    const bool counting = std::any_of(bake.runs.begin(), bake.runs.end(), [&](const Bake::Run& r) {
      const Metric& metric = metric_of(analysis, r.metric);
      return metric.count > 0 && !metric.dry_run && !r.run.final;
    });
    if (!counting || now >= bake.deadline) return unmeasured(bake, analysis).value_or(BakeEnd{});
  }
  if (bake.left <= Millis{0} && !enough && step.on_insufficient != OnInsufficient::extend) {
    return too_few(bake, step);
  }
  if (now < bake.deadline) return std::nullopt;
  if (!enough) return too_few(bake, step);
  return BakeEnd{Verdict::inconclusive, describe_discontent(bake, analysis)};
}

void leave_out_time(Bake& bake, Millis now) {
  bake.deadline += now - bake.counted;
  bake.counted = now;
}

std::optional<Millis> next_due(const Bake& bake, const Analysis& analysis, bool paused, Millis now) {
  std::optional<Millis> due;
  const auto sooner = [&](Millis at) { due = std::max(now, due ? std::min(*due, at) : at); };
  for (const Bake::Run& r : bake.runs) {
    if (!r.run.final && !r.run.in_flight) sooner(r.run.due);
  }
  if (paused || (now >= bake.deadline && waiting(bake, analysis))) return due;
  if (content(bake) && bake.left > Millis{0}) sooner(bake.counted + bake.left);
  sooner(bake.deadline);
  return due;
}

}  // namespace trunkline::deployer
