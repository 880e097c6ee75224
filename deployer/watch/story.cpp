#include "deployer/watch/story.h"

#include <utility>

namespace trunkline::deployer {
namespace {

// Whether a deployer took it up again with this event. An abort is given to the one at work, if there is one.
bool is_taken_up(const State& before, const Event& event) {
  return std::holds_alternative<event::Resumed>(event) ||
         (before.phase == Phase::held && std::holds_alternative<event::AbortRequested>(event));
}

}  // namespace

void Story::take(const Recorded& recorded) {
  end();
  const State before = begun_.state;
  wall_ = recorded.wall;
  if (std::holds_alternative<event::Began>(recorded.event)) reporter_.began(false);
  const bool taken_up = is_taken_up(before, recorded.event);
  if (taken_up) reporter_.began(true);
  Advance turn = advance(begun_.plan, std::move(begun_.state), recorded.event, recorded.at);
  begun_.state = std::move(turn.state);
  if (const auto* measured = std::get_if<event::Measured>(&recorded.event);
      measured != nullptr && measured->ticket == before.ticket && before.bake) {
    count_in(*measured, run_of(before.bake, measured->metric), recorded.at);
  }
  reporter_.told(before, recorded.event, state(), recorded.at);
  for (const Action& action : turn.actions) {
    if (std::holds_alternative<action::OpenBake>(action)) courses_.clear();
    reporter_.acting(action, recorded.at);
  }
  if (at_rest() && (taken_up || before.phase != state().phase)) ending_ = true;
}

void Story::take(const Note& note) {
  reporter_.noted({note.text}, note.time);
}

void Story::end() {
  if (std::exchange(ending_, false)) reporter_.ended(state());
}

void Story::count_in(const event::Measured& measured, const MetricRun& before, base::Millis at) {
  const Analysis& analysis = begun_.plan.analysis;
  const Metric& metric = analysis.metrics[static_cast<size_t>(measured.metric)];
  MetricCourse& course = courses_[measured.metric];
  course.run = before;
  const Verdict verdict = judge(course.run, metric, analysis.on_missing, measured.measurement, at);
  if (course.points.size() == kMostPoints) course.points.erase(course.points.begin());
  course.points.push_back({measured.measurement, verdict});
}

}  // namespace trunkline::deployer
