#include "deployer/engine/engine.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/overloaded.h"

namespace trunkline::deployer {
using base::Overloaded;
namespace {

// What a step that cannot be done means on the way forward. (On the way back everything is held for a person: there is
// nothing better to fall back to.)
enum class OnFailure { hold, roll_back };

OnFailure on_failure(const Step& step) {
  struct Policy {
    // The new revision is at fault.
    OnFailure operator()(const step::Fetch&) const { return OnFailure::roll_back; }
    OnFailure operator()(const step::Start&) const { return OnFailure::roll_back; }
    OnFailure operator()(const step::Probe&) const { return OnFailure::roll_back; }
    OnFailure operator()(const step::Bake&) const { return OnFailure::roll_back; }
    // The load balancer or the host is: rolling back would need it just the same.
    OnFailure operator()(const step::Admit&) const { return OnFailure::hold; }
    OnFailure operator()(const step::Drain&) const { return OnFailure::hold; }
    OnFailure operator()(const step::Stop&) const { return OnFailure::hold; }
  };
  return std::visit(Policy{}, step);
}

// One call of advance(): the state being changed and the actions being collected.
class Turn {
 public:
  Turn(const Plan& plan, State state, base::Millis now) : plan_(plan), s_(std::move(state)) { s_.now = now; }

  Advance take(const Event& event) {
    std::visit([this](const auto& e) { on(e); }, event);
    return {std::move(s_), std::move(actions_)};
  }

 private:
  void on(const event::Began&) { enter_step(); }

  void on(const event::Resumed&) {
    if (s_.phase == Phase::done) return;
    if (s_.phase == Phase::held) s_.phase = s_.held_in;
    s_.reason = s_.phase == Phase::rolling_back ? s_.reason : "";
    if (s_.step >= s_.steps.size()) return finish();
    if (const auto* bake = std::get_if<step::Bake>(&s_.steps[s_.step])) {
      return open_bake(std::min(bake->length, std::max(s_.bake_left, shortest_bake())));
    }
    if (s_.pending.empty()) return enter_step();  // killed before its first event
    act();
  }

  void on(const event::AbortRequested& e) {
    const bool forward = s_.phase == Phase::forward || (s_.phase == Phase::held && s_.held_in == Phase::forward);
    if (forward) return roll_back(fmt::format("aborted by {}", e.who));
    if (s_.phase == Phase::held) on(event::Resumed{});  // the way back was held: try it again
  }

  void on(const event::Abandoned& e) {
    if (s_.phase == Phase::done) return;
    s_.phase = Phase::done;
    s_.pending.clear();
    s_.outcome = Outcome::failed;
    s_.reason = fmt::format("taken down by {}", e.who);
    actions_.emplace_back(action::Cancel{});
    actions_.emplace_back(action::Finish{*s_.outcome, s_.reason});
  }

  void on(const event::Done& e) {
    if (!is_current(e.ticket)) return;
    note_done(e);
    std::erase(s_.pending, e.instance);
    if (!s_.pending.empty()) return;
    ++s_.step;
    enter_step();
  }

  void on(const event::Failed& e) {
    if (!is_current(e.ticket)) return;
    const std::string what = fmt::format("could not {}: {}", name_of_failed(e.instance), e.why);
    if (s_.phase == Phase::rolling_back || on_failure(s_.steps[s_.step]) == OnFailure::hold) return hold(what);
    roll_back(what);
  }

  void on(const event::Measured& e) {
    if (!is_current(e.ticket)) return;
    const auto index = static_cast<size_t>(e.metric);
    const Metric& metric = plan_.analysis.background[index];
    MetricRun& run = s_.metrics[index];
    record(run, metric, assess(metric, plan_.analysis.on_missing, e.measurement), s_.now);
    if (run.final && *run.final != Verdict::pass) return judge(*run.final, describe(metric, e.measurement));
    end_bake_if_over();
  }

  void on(const event::Ticked&) {
    if (!baking()) return;
    s_.bake_left = s_.bake_end - s_.now;
    for (size_t i = 0; i < s_.metrics.size(); ++i) {
      MetricRun& run = s_.metrics[i];
      // One that is due with the bake's end is still taken: the end waits for it.
      if (run.final || run.in_flight || run.due > s_.now || run.due > s_.bake_end) continue;
      run.in_flight = true;
      actions_.emplace_back(action::Measure{s_.ticket, static_cast<int>(i)});
    }
    end_bake_if_over();
  }

  // A measurement that is under way when the time is over is waited for.
  void end_bake_if_over() {
    const bool waiting =
        std::any_of(s_.metrics.begin(), s_.metrics.end(), [](const MetricRun& run) { return run.in_flight; });
    if (s_.now >= s_.bake_end && !waiting) end_bake();
  }

  // What is left of a bake must be long enough to measure every metric once more.
  base::Millis shortest_bake() const {
    base::Millis shortest{0};
    for (const Metric& metric : plan_.analysis.background) {
      shortest = std::max(shortest, metric.initial_delay + metric.interval);
    }
    return shortest;
  }

  bool running() const { return s_.phase == Phase::forward || s_.phase == Phase::rolling_back; }
  bool is_current(int ticket) const { return running() && ticket == s_.ticket; }
  bool baking() const {
    return running() && s_.step < s_.steps.size() && std::holds_alternative<step::Bake>(s_.steps[s_.step]);
  }
  Observed& instance(int index) { return s_.instances[static_cast<size_t>(index)]; }

  std::string name_of_failed(int index) const {
    const std::string step = to_string(s_.steps[s_.step], plan_.instances);
    return index < 0 ? step : fmt::format("{} ({})", step, plan_.instances[static_cast<size_t>(index)]);
  }

  void enter_step() {
    if (s_.step >= s_.steps.size()) return finish();
    std::visit(Overloaded{
                   [&](const step::Fetch&) { s_.pending = {-1}; },
                   [&](const step::Bake&) { s_.pending.clear(); },
                   [&](const auto& batch_step) { s_.pending = batch_step.batch; },
               },
               s_.steps[s_.step]);
    if (const auto* bake = std::get_if<step::Bake>(&s_.steps[s_.step])) return open_bake(bake->length);
    act();
  }

  // The acts of the current step for everyone still pending, with a new ticket.
  void act() {
    ++s_.ticket;
    const Step& step = s_.steps[s_.step];
    for (const int index : s_.pending) {
      std::visit(Overloaded{
                     [&](const step::Fetch&) { actions_.emplace_back(action::Fetch{s_.ticket}); },
                     [&](const step::Start& s) {
                       instance(index).runs.reset();  // until it is known to run
                       actions_.emplace_back(action::Start{s_.ticket, index, s.side});
                     },
                     [&](const step::Probe& s) { actions_.emplace_back(action::Probe{s_.ticket, index, s.side}); },
                     [&](const step::Admit&) { admit(index); },
                     [&](const step::Bake&) {},
                     [&](const step::Drain&) { actions_.emplace_back(action::Drain{s_.ticket, index}); },
                     [&](const step::Stop&) { actions_.emplace_back(action::Stop{s_.ticket, index}); },
                 },
                 step);
    }
  }

  // From the moment we ask for it users may come, whatever the answer.
  void admit(int index) {
    instance(index).serving = true;
    if (instance(index).runs == Side::fresh && !s_.first_exposed) s_.first_exposed = s_.now;
    actions_.emplace_back(action::Admit{s_.ticket, index});
  }

  void note_done(const event::Done& e) {
    std::visit(Overloaded{
                   [&](const step::Start& s) { instance(e.instance).runs = s.side; },
                   [&](const step::Admit&) { instance(e.instance).requests = e.requests; },
                   [&](const step::Drain&) { note_drained(instance(e.instance), e.requests); },
                   [&](const step::Stop&) { instance(e.instance).runs.reset(); },
                   [](const auto&) {},
               },
               s_.steps[s_.step]);
  }

  void note_drained(Observed& observed, int64_t requests) {
    // A counter that fell was begun anew by a restart of the load balancer.
    const int64_t before = requests < observed.requests ? 0 : observed.requests;
    if (observed.runs == Side::fresh && observed.serving) s_.served_by_new += requests - before;
    observed.serving = false;
  }

  void open_bake(base::Millis length) {
    ++s_.ticket;
    s_.bake_left = length;
    s_.bake_end = s_.now + length;
    s_.metrics.assign(plan_.analysis.background.size(), {});
    action::OpenBake open{s_.ticket, {}, {}};
    for (size_t i = 0; i < s_.instances.size(); ++i) {
      if (!s_.instances[i].serving || !s_.instances[i].runs) continue;
      (s_.instances[i].runs == Side::fresh ? open.fresh : open.stable).push_back(static_cast<int>(i));
    }
    for (size_t i = 0; i < s_.metrics.size(); ++i) {
      const Metric& metric = plan_.analysis.background[i];
      s_.metrics[i].due = s_.now + metric.initial_delay + metric.interval;
    }
    actions_.emplace_back(std::move(open));
  }

  void end_bake() {
    for (size_t i = 0; i < s_.metrics.size(); ++i) {
      const Verdict verdict = conclude(s_.metrics[i]);
      if (verdict == Verdict::pass) continue;
      return judge(verdict, fmt::format("{}: was not measured during the bake", plan_.analysis.background[i].name));
    }
    s_.bake_left = base::Millis{0};
    ++s_.step;
    enter_step();
  }

  void judge(Verdict verdict, const std::string& why) {
    switch (verdict) {
      case Verdict::pass:
        return;
      case Verdict::inconclusive:
        return hold(why);
      case Verdict::fail:
      case Verdict::error:
        return roll_back(why);
    }
  }

  void hold(const std::string& reason) {
    s_.held_in = s_.phase;
    s_.phase = Phase::held;
    s_.reason = reason;
    actions_.emplace_back(action::Cancel{});
    actions_.emplace_back(action::Hold{reason});
  }

  void roll_back(const std::string& reason) {
    s_.phase = Phase::rolling_back;
    s_.reason = reason;
    s_.steps = compile_rollback(plan_, s_.instances);
    s_.step = 0;
    s_.bake_left = base::Millis{0};
    actions_.emplace_back(action::Cancel{});
    enter_step();
  }

  void finish() {
    s_.outcome = s_.phase == Phase::forward ? Outcome::completed : plan_.from ? Outcome::rolled_back : Outcome::failed;
    s_.phase = Phase::done;
    s_.pending.clear();
    actions_.emplace_back(action::Finish{*s_.outcome, s_.reason});
  }

  const Plan& plan_;
  State s_;
  std::vector<Action> actions_;
};

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::forward:
      return "forward";
    case Phase::rolling_back:
      return "rolling_back";
    case Phase::held:
      return "held";
    case Phase::done:
      return "done";
  }
  return "done";
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::completed:
      return "completed";
    case Outcome::rolled_back:
      return "rolled_back";
    case Outcome::failed:
      return "failed";
  }
  return "failed";
}

State initial_state(const Plan& plan) {
  State state;
  state.steps = plan.steps;
  Observed before;
  if (plan.from) before = {Side::stable, true};
  state.instances.assign(plan.instances.size(), before);
  return state;
}

Advance advance(const Plan& plan, State state, const Event& event, base::Millis now) {
  return Turn(plan, std::move(state), now).take(event);
}

std::optional<base::Millis> next_wake(const Plan& plan, const State& state) {
  const bool running = state.phase == Phase::forward || state.phase == Phase::rolling_back;
  if (!running || state.step >= state.steps.size() || !std::holds_alternative<step::Bake>(state.steps[state.step])) {
    return std::nullopt;
  }
  base::Millis wake = state.bake_end;
  for (size_t i = 0; i < plan.analysis.background.size(); ++i) {
    const MetricRun& run = state.metrics[i];
    if (!run.final && !run.in_flight) wake = std::min(wake, run.due);
  }
  // After the end only the answers under way are waited for; each of them brings a tick of its own.
  if (wake <= state.now && state.now >= state.bake_end) return std::nullopt;
  return wake;
}

}  // namespace trunkline::deployer
