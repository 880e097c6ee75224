#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "deployer/engine/engine.h"

namespace trunkline::deployer {

// A fleet, a load balancer and a clock that answer the engine's actions at once, and write down what was asked. Tests
// say what goes wrong; the world checks on every act that no promise is broken.
class ScriptedWorld {
 public:
  explicit ScriptedWorld(Plan plan);

  // Acts that fail, by their line in the trace ("probe web1"), with the reason given.
  std::map<std::string, std::string> failures;
  // What a check measures; by default every metric is 0.
  std::function<Measurement(int metric, base::Millis now)> measure = [](int, base::Millis) {
    return Measurement::of(0);
  };
  bool renewals_fail = false;
  int64_t cut = 0;  // connections that each drain closes
  // Called before each event is taken; may return another event to take instead of it (a kill, an abort).
  std::function<void(ScriptedWorld&)> before_event = [](ScriptedWorld&) {};

  // Begins, and goes on until the engine is done, held, or asks for nothing more.
  void run();
  void resume() { feed(event::Resumed{}); }
  void abort() { feed(event::AbortRequested{"dev@host"}); }
  void promote(bool full = false) { feed(event::PromoteRequested{"dev@host", full}); }
  void pause() { queue_.emplace_back(event::PauseRequested{"dev@host"}); }
  void end_pause() { feed(event::ResumeRequested{"dev@host"}); }
  // An instance ends in a bake.
  void crash(int instance) { feed(event::Failed{state_.ticket, instance, "its process ended with exit 1"}); }
  // The deployer dies: answers under way are lost. The state is replayed from the events.
  void kill();

  const State& state() const { return state_; }
  base::Millis now() const { return now_; }
  std::string trace() const;                           // the acts, ", " between them
  std::vector<std::string> broken_promises;            // empty, or the test fails
  std::vector<std::pair<base::Millis, Event>> events;  // all that the engine was told

 private:
  void feed(const Event& event);
  void perform(const Action& action);
  void check(const std::string& act, int instance);
  void pump();

  Plan plan_;
  State state_;
  base::Millis now_{0};
  std::deque<Event> queue_;
  std::vector<std::string> trace_;
  std::vector<bool> serving_, probed_, running_;
};

}  // namespace trunkline::deployer
