#include "tests/deployer/engine/world.h"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::deployer {

ScriptedWorld::ScriptedWorld(Plan plan) : plan_(std::move(plan)), state_(initial_state(plan_)) {
  const bool before = plan_.from.has_value();
  serving_.assign(plan_.places.size(), false);
  for (int i = 0; before && i < plan_.fleet; ++i) {
    serving_[static_cast<size_t>(plan_.place(i, plan_.stable_pool))] = true;
  }
  probed_ = running_ = serving_;
}

void ScriptedWorld::run() {
  feed(event::Began{});
}

void ScriptedWorld::feed(const Event& event) {
  queue_.push_back(event);
  pump();
}

void ScriptedWorld::pump() {
  for (int bound = 0; bound < 10'000; ++bound) {
    if (queue_.empty()) {
      const auto wake = next_wake(plan_, state_);
      if (!wake) return;
      now_ = std::max(now_, *wake);
      queue_.push_back(event::Ticked{});
    }
    before_event(*this);
    if (queue_.empty()) continue;
    const Event event = queue_.front();
    queue_.pop_front();
    events.emplace_back(now_, event);
    Advance turn = advance(plan_, std::move(state_), event, now_);
    state_ = std::move(turn.state);
    for (const Action& action : turn.actions) perform(action);
  }
  broken_promises.emplace_back("I6: the rollout does not end");
}

void ScriptedWorld::kill() {
  queue_.clear();
  state_ = initial_state(plan_);
  for (const auto& [at, event] : events) state_ = advance(plan_, std::move(state_), event, at).state;
  queue_.push_back(event::Resumed{});
}

void ScriptedWorld::check(const std::string& act, int instance) {
  const auto i = static_cast<size_t>(instance);
  const auto broken = [&](const char* promise) { broken_promises.push_back(fmt::format("{}: {}", promise, act)); };
  if (act.starts_with("stop")) {
    if (serving_[i]) broken("I2");
    running_[i] = probed_[i] = false;
  } else if (act.starts_with("start")) {
    if (running_[i] && serving_[i]) broken("I2");
    running_[i] = true;
    probed_[i] = false;
  } else if (act.starts_with("probe")) {
    if (!running_[i]) broken("probe of what does not run");
    probed_[i] = true;
  } else if (act.starts_with("admit")) {
    if (!probed_[i]) broken("I3");
    serving_[i] = true;
  } else if (act.starts_with("drain")) {
    serving_[i] = false;
    const auto left = std::count(serving_.begin(), serving_.end(), true);
    if (plan_.from && left < plan_.fleet - plan_.spare) broken("I1");
  }
}

void ScriptedWorld::perform(const Action& action) {
  struct Answer {
    ScriptedWorld& world;
    void act(const std::string& verb, int ticket, int instance) const {
      const std::string name = instance < 0 ? "" : " " + world.plan_.places[static_cast<size_t>(instance)];
      world.trace_.push_back(verb + name);
      const auto failure = world.failures.find(verb + name);
      if (failure != world.failures.end()) {
        world.queue_.emplace_back(event::Failed{ticket, instance, failure->second});
        return;
      }
      if (instance >= 0) world.check(verb + name, instance);
      world.queue_.emplace_back(verb == "drain" ? event::Done{ticket, instance, 100, world.cut}
                                                : event::Done{ticket, instance});
    }
    void operator()(const action::Cancel&) const {
      world.queue_.clear();
      world.trace_.emplace_back("cancel");
    }
    // A dial: answered by its index, or -1 for the whole step.
    void turn(const std::string& line, int ticket, int dial) const {
      world.trace_.push_back(line);
      const auto failure = world.failures.find(line);
      if (failure != world.failures.end()) {
        world.queue_.emplace_back(event::Failed{ticket, dial, failure->second});
      } else {
        world.queue_.emplace_back(event::Done{ticket, dial, 0});
      }
    }
    void operator()(const action::Task& a) const { turn("task " + std::to_string(a.task), a.ticket, -1); }
    void operator()(const action::Hook& a) const { turn(fmt::format("hook {}", to_string(a.point)), a.ticket, -1); }
    void operator()(const action::Expose& a) const {
      turn(fmt::format("expose {}{}", a.share, a.preview ? " preview" : ""), a.ticket, a.dial);
    }
    void operator()(const action::Promote& a) const { turn("promote", a.ticket, a.dial); }
    void operator()(const action::Renew& a) const {
      if (world.renewals_fail) {
        world.queue_.emplace_back(event::RenewalFailed{a.dial, "refused"});
      } else {
        world.queue_.emplace_back(event::Renewed{a.dial});
      }
    }
    void operator()(const action::Asked&) const { world.trace_.emplace_back("ask"); }
    void operator()(const action::Fetch& a) const { act("fetch", a.ticket, -1); }
    void operator()(const action::Start& a) const {
      act(a.side == Side::fresh ? "start new" : "start stable", a.ticket, a.instance);
    }
    void operator()(const action::Probe& a) const { act(a.once ? "look at" : "probe", a.ticket, a.instance); }
    void operator()(const action::Admit& a) const { act("admit", a.ticket, a.instance); }
    void operator()(const action::Drain& a) const { act("drain", a.ticket, a.instance); }
    void operator()(const action::Stop& a) const { act("stop", a.ticket, a.instance); }
    void operator()(const action::OpenBake&) const { world.trace_.emplace_back("bake"); }
    void operator()(const action::Measure& a) const {
      world.queue_.emplace_back(event::Measured{a.ticket, a.metric, world.measure(a.metric, world.now_)});
    }
    void operator()(const action::Hold&) const { world.trace_.emplace_back("hold"); }
    void operator()(const action::Finish& a) const { world.trace_.emplace_back(to_string(a.outcome)); }
  };
  std::visit(Answer{*this}, action);
}

std::string ScriptedWorld::trace() const {
  return fmt::format("{}", fmt::join(trace_, ", "));
}

}  // namespace trunkline::deployer
