#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cli/terminal.h"
#include "deployer/engine/engine.h"
#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// What becomes of the users of the new side when nobody goes on; "" where none are there on a lease.
std::string fate_of_users(const Plan& plan, const State& state);

// "closed after 2s: 3 long connections", of drains.
std::string cut_text(const Plan& plan, int64_t cut);

base::cli::Colour colour_of(Verdict verdict);
base::cli::Colour colour_of(Outcome outcome);

// How a story is told: to a person or, as JSON, to a program; `out` gets whole lines.
struct Telling {
  bool json = false;
  bool colour = false;
  std::function<void(std::string_view)> out;
  bool measurements = true;  // of those that are told to a person
  bool notes = true;
};
Telling on_stdout(bool json);

// Tells what happens, a line at a time. Not thread-safe.
class Reporter {
 public:
  // The plan outlives the reporter.
  Reporter(const Plan& plan, Telling telling) : plan_(plan), telling_(std::move(telling)) {}

  void began(bool resumed);
  // After `event` was taken at `now`; `state` is what it led to.
  void told(const State& before, const Event& event, const State& state, base::Millis now);
  void acting(const Action& action, base::Millis now);
  void noted(const std::vector<std::string>& notes, base::Millis now);
  void ended(const State& state);

 private:
  void print_measurement(const State& before, const event::Measured& measured, base::Millis now) const;
  void line(base::Millis now, const std::string& text) const;
  void event_line(std::string_view name, base::JsonObject fields, base::Millis now) const;
  std::string painted(std::string_view text, base::cli::Colour colour) const;

  const Plan& plan_;
  const Telling telling_;
};

}  // namespace trunkline::deployer
