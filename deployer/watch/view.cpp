#include "deployer/watch/view.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/dial/dial.h"
#include "deployer/engine/describe.h"

namespace trunkline::deployer {
using base::Millis;
using base::WallTime;
using base::cli::Colour;

namespace {

std::string phase_of(const State& state) {
  if (state.outcome) return std::string(to_string(*state.outcome));
  return state.paused ? "paused" : std::string(to_string(state.phase));
}

Colour colour_of_phase(const State& state) {
  if (state.outcome) return colour_of(*state.outcome);
  if (state.paused || state.phase == Phase::held) return Colour::yellow;
  return state.phase == Phase::rolling_back ? Colour::red : Colour::bold;
}

// When the balancer ends the last share by itself, on this machine's clock.
std::optional<WallTime> shares_end(const Story& story) {
  std::optional<WallTime> end;
  for (const DialState& dial : story.state().dials) {
    if (!dial.exposed()) continue;
    const WallTime at = story.wall() + (dial.lease_end - story.state().now);
    end = std::max(end.value_or(at), at);
  }
  return end;
}

std::string actor_of(const Story& story, const Seen& seen, WallTime now) {
  const State& state = story.state();
  if (state.phase == Phase::done) return fmt::format("ended at {} UTC", base::to_iso8601(story.wall()).substr(11, 8));
  if (!seen.at_work.empty()) return seen.at_work;
  const std::string next = fmt::format("next: deployer resume {0}, or abort {0}", story.begun().plan.service);
  const auto end = shares_end(story);
  if (!end) return "nobody is at work; " + next;
  if (*end <= now) return "nobody is at work; the share's lease is over: all users are on the stable side; " + next;
  return fmt::format("nobody is at work; HAProxy sends all users back in {}; {}",
                     base::format_duration(std::chrono::ceil<std::chrono::seconds>(*end - now)), next);
}

// The rollout's own time, which stands still while nobody is at work.
Millis time_of(const Story& story, const Seen& seen, WallTime now) {
  const bool goes_on = !seen.at_work.empty() && !story.at_rest();
  return story.state().now + (goes_on ? std::max(now - story.wall(), Millis{0}) : Millis{0});
}

void add_steps(const Story& story, WatchView& view) {
  const State& state = story.state();
  for (size_t i = 0; i < state.steps.size(); ++i) {
    const auto mark = i < state.step || state.outcome == Outcome::completed ? WatchView::Mark::done
                      : i == state.step                                     ? WatchView::Mark::current
                                                                            : WatchView::Mark::ahead;
    view.steps.push_back({mark, to_string(state.steps[i], story.begun().plan.places)});
  }
}

void add_bake(const Story& story, Millis time, WatchView& view) {
  const State& state = story.state();
  if (state.phase == Phase::done || state.step >= state.steps.size()) return;
  if (state.bake && std::holds_alternative<step::Ask>(state.steps[state.step])) {
    const Millis left = state.ask_end - (state.paused ? state.bake->counted : time);
    view.word_within = std::max(left, Millis{0});
  }
  const auto* step = std::get_if<step::Bake>(&state.steps[state.step]);
  if (step == nullptr) return;
  Millis left = state.bake ? state.bake->left : state.bake_left;
  if (state.bake && !state.paused) {
    Bake bake = *state.bake;
    pass_time(bake, time);
    left = bake.left;
  }
  view.bake = {step->length, std::clamp(left, Millis{0}, step->length), state.bake ? state.bake->samples : 0,
               step->min_samples};
}

// In place a share is a share of the instances that serve.
double share_by_count(const Story& story) {
  int serving = 0, fresh = 0;
  for (const Observed& place : story.state().places) {
    if (!place.serving || !place.runs) continue;
    ++serving;
    fresh += *place.runs == Side::fresh ? 1 : 0;
  }
  return serving == 0 ? 0 : static_cast<double>(fresh) / serving;
}

// As the balancers say, else as they were last asked.
void add_shares(const Story& story, const Seen& seen, WatchView& view) {
  const Begun& begun = story.begun();
  if (!begun.plan.by_share) {
    view.shares.push_back({begun.plan.service, share_by_count(story)});
    return;
  }
  for (size_t i = 0; i < begun.plan.dials.size(); ++i) {
    const DialState& dial = begun.state.dials[i];
    const std::string key = backends_of(begun.rollout, static_cast<int>(i)).key;
    double share = dial.promoted ? 1 : static_cast<double>(dial.share) / kAllUsers;
    for (const Status::Share& found : seen.status ? seen.status->shares : std::vector<Status::Share>{}) {
      if (found.key == key) share = found.of_users;
    }
    view.shares.push_back({key, share});
  }
}

// The one number that a value must not pass. A ratio's limit moves with the stable side.
std::optional<double> limit_of(const Metric& metric, const MetricCourse* course) {
  if (metric.success) return metric.success->limit;
  if (metric.failure) return metric.failure->limit;
  const bool compared = metric.against && metric.against->test == Against::Test::none;
  if (!compared || course == nullptr || course->points.empty()) return std::nullopt;
  const auto& stable = course->points.back().measurement.stable;
  return stable ? std::optional(*stable * metric.against->max_ratio) : std::nullopt;
}

WatchView::MetricRow row_of(const Metric& metric, const MetricCourse* course) {
  WatchView::MetricRow row;
  row.name = metric.name;
  row.limit = limit_of(metric, course);
  row.limit_text = limit_text(metric);
  row.failure_limit = metric.failure_limit;
  row.dry_run = metric.dry_run;
  if (course == nullptr) return row;
  for (const MetricCourse::Point& point : course->points) {
    const bool measured = point.measurement.kind == Measurement::Kind::value;
    row.points.push_back({measured ? std::optional(point.measurement.value) : std::nullopt, point.verdict});
  }
  row.failures = course->run.failures;
  if (course->points.empty()) return row;
  row.last = result_text(metric, course->points.back().measurement, course->run);
  row.verdict = course->points.back().verdict;
  return row;
}

// Those of the bake that is under way, else those of the last one.
void add_metrics(const Story& story, WatchView& view) {
  const auto& metrics = story.begun().plan.analysis.metrics;
  for (size_t i = 0; i < metrics.size(); ++i) {
    const int index = static_cast<int>(i);
    const auto course = story.courses().find(index);
    const auto& bake = story.state().bake;
    const bool judged =
        bake && std::any_of(bake->runs.begin(), bake->runs.end(), [&](const auto& run) { return run.metric == index; });
    if (!judged && course == story.courses().end()) continue;
    view.metrics.push_back(row_of(metrics[i], course == story.courses().end() ? nullptr : &course->second));
  }
}

void add_notes(const Story& story, const Seen& seen, WatchView& view) {
  for (const Note& note : seen.notes) {
    const Millis age = std::max(note.at - story.begun().journal.header.started_at, Millis{0});
    view.notes.push_back({age, note.text.substr(0, note.text.find('\n'))});
  }
}

}  // namespace

WatchView view_of(const Story& story, const Seen& seen, WallTime now) {
  const Begun& begun = story.begun();
  WatchView view;
  view.service = begun.plan.service;
  view.environment = begun.plan.environment;
  view.strategy = begun.plan.strategy;
  view.from = begun.plan.from ? begun.plan.from->version : "nothing";
  view.to = begun.plan.to.version;
  view.phase = phase_of(story.state());
  view.phase_colour = colour_of_phase(story.state());
  const WallTime end = story.state().phase == Phase::done ? story.wall() : now;
  view.age = std::max(end - begun.journal.header.started_at, Millis{0});
  view.actor = actor_of(story, seen, now);
  view.reason = story.state().reason;
  add_steps(story, view);
  add_bake(story, time_of(story, seen, now), view);
  add_shares(story, seen, view);
  add_metrics(story, view);
  add_notes(story, seen, view);
  if (seen.status) view.instances = seen.status->instances;
  if (seen.status) view.warning = seen.status->warning;
  return view;
}

}  // namespace trunkline::deployer
