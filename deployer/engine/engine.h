#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/core/clock.h"
#include "deployer/engine/judge.h"
#include "deployer/plan/plan.h"

// The heart: what happens next, given what happened. Pure: it has no clock, no disk and no network; `now` is an
// argument, what it wants done comes out as actions, what became of them goes in as events. The same events in the same
// order give the same decisions, which is how a journal of events is a state.
namespace trunkline::deployer {

enum class Phase { forward, rolling_back, held, done };
std::string_view to_string(Phase phase);

enum class Outcome { completed, rolled_back, failed };
std::string_view to_string(Outcome outcome);

namespace event {
struct Began {
  bool operator==(const Began&) const = default;
};
struct Resumed {  // somebody took it up again, after a hold or after we were killed
  bool operator==(const Resumed&) const = default;
};
struct AbortRequested {
  std::string who;
  bool operator==(const AbortRequested&) const = default;
};
struct Abandoned {  // somebody took the whole service down: there is nothing left to go on with
  std::string who;
  bool operator==(const Abandoned&) const = default;
};
struct Done {  // the act with this ticket is done for this instance (-1: for the whole step)
  int ticket = 0;
  int instance = -1;
  int64_t requests = 0;  // of an admit and a drain: requests to the instance that the load balancer has counted so far
  bool operator==(const Done&) const = default;
};
struct Failed {
  int ticket = 0;
  int instance = -1;
  std::string why;
  bool operator==(const Failed&) const = default;
};
struct Measured {
  int ticket = 0;
  int metric = 0;
  Measurement measurement;
  bool operator==(const Measured&) const = default;
};
struct Ticked {  // time passed; sent when next_wake() says
  bool operator==(const Ticked&) const = default;
};
}  // namespace event

using Event = std::variant<event::Began, event::Resumed, event::AbortRequested, event::Abandoned, event::Done,
                           event::Failed, event::Measured, event::Ticked>;

// Every act carries the ticket that its answer must carry; answers with an older one are ignored. Every act may be
// asked for again after a crash, and is safe to repeat.
namespace action {
struct Cancel {  // acts under way need not be finished
  bool operator==(const Cancel&) const = default;
};
struct Fetch {
  int ticket;
  bool operator==(const Fetch&) const = default;
};
struct Start {
  int ticket;
  int instance;
  Side side;
  bool operator==(const Start&) const = default;
};
struct Probe {
  int ticket;
  int instance;
  Side side;
  bool operator==(const Probe&) const = default;
};
struct Admit {
  int ticket;
  int instance;
  bool operator==(const Admit&) const = default;
};
struct Drain {
  int ticket;
  int instance;
  bool operator==(const Drain&) const = default;
};
struct Stop {
  int ticket;
  int instance;
  bool operator==(const Stop&) const = default;
};
struct OpenBake {  // the checks note where their counters stand; answered only by Failed, if a fresh instance ends
  int ticket;
  Batch fresh;
  Batch stable;
  bool operator==(const OpenBake&) const = default;
};
struct Measure {
  int ticket;
  int metric;
  bool operator==(const Measure&) const = default;
};
struct Hold {  // nothing goes on until a person says so
  std::string reason;
  bool operator==(const Hold&) const = default;
};
struct Finish {
  Outcome outcome;
  std::string reason;
  bool operator==(const Finish&) const = default;
};
}  // namespace action

using Action = std::variant<action::Cancel, action::Fetch, action::Start, action::Probe, action::Admit, action::Drain,
                            action::Stop, action::OpenBake, action::Measure, action::Hold, action::Finish>;

struct State {
  Phase phase = Phase::forward;
  Phase held_in = Phase::forward;  // while held: the phase that goes on when resumed
  std::vector<Step> steps;         // the plan's, or the way back
  size_t step = 0;
  int ticket = 0;
  Batch pending;  // instances of the current step that are not done
  std::vector<Observed> instances;
  base::Millis bake_end{0};
  base::Millis bake_left{0};  // while held or after a crash: what of the bake is still to come
  base::Millis now{0};        // of the last event
  std::vector<MetricRun> metrics;
  std::optional<base::Millis> first_exposed;
  int64_t served_by_new = 0;  // requests that reached the new revision, as far as drains told
  std::optional<Outcome> outcome;
  std::string reason;  // why it was held, taken back or failed

  bool operator==(const State&) const = default;
};

struct Advance {
  State state;
  std::vector<Action> actions;
};

State initial_state(const Plan& plan);

// `now` is the rollout's own time: milliseconds since it began, on a clock that never jumps, downtime of the deployer
// left out. The cost is proportional to what the event touches.
Advance advance(const Plan& plan, State state, const Event& event, base::Millis now);

// When a Ticked is wanted, if nothing else happens before.
std::optional<base::Millis> next_wake(const Plan& plan, const State& state);

}  // namespace trunkline::deployer
