#pragma once

#include <string>
#include <vector>

#include "deployer/engine/engine.h"
#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// What becomes of the users of the new side when nobody goes on; "" where none are there on a lease.
std::string fate_of_users(const Plan& plan, const State& state);

// Tells a person, or with --json a program, what happens, a line at a time on stdout. Not thread-safe.
class Reporter {
 public:
  Reporter(const Plan& plan, bool json);

  void began(bool resumed);
  // After `event` was taken at `now`; `state` is what it led to.
  void told(const State& before, const Event& event, const State& state, base::Millis now);
  void acting(const Action& action, base::Millis now);
  void noted(const std::vector<std::string>& notes, base::Millis now);
  void ended(const State& state, base::Millis now);

 private:
  void print_measurement(const State& before, const event::Measured& measured, base::Millis now) const;
  void line(base::Millis now, const std::string& text) const;
  void event_line(std::string_view name, base::JsonObject fields, base::Millis now) const;

  const Plan& plan_;
  const bool json_;
  const bool colour_;
};

}  // namespace trunkline::deployer
