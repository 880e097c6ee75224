#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "deployer/engine/action.h"
#include "deployer/engine/bake.h"
#include "deployer/engine/event.h"
#include "deployer/plan/plan.h"

// The heart: what happens next, given what happened. Pure: it has no clock, no disk and no network; `now` is an
// argument, what it wants done comes out as actions, what became of them goes in as events. The same events in the same
// order give the same decisions, which is how a journal of events is a state.
namespace trunkline::deployer {

enum class Phase { forward, rolling_back, held, done };
std::string_view to_string(Phase phase);

// How a dial was last asked to stand. Users may meet the new side from the moment it is asked for.
struct DialState {
  int share = 0;
  bool preview = false;
  bool promoted = false;
  base::Millis lease_end{0};  // when the balancer ends it by itself, as far as is known; while exposed
  base::Millis renew_at{0};
  bool renewing = false;
  base::Millis asked_at{0};

  bool exposed() const { return (share > 0 || preview) && !promoted; }
  bool operator==(const DialState&) const = default;
};

struct State {
  Phase phase = Phase::forward;
  Phase held_in = Phase::forward;  // while held: the phase that goes on when resumed
  bool paused = false;             // a person asked for it: nothing new begins, what is exposed stays so
  std::vector<Step> steps;         // the plan's, or the way back
  size_t step = 0;
  int ticket = 0;
  std::vector<int> pending;  // places or dials of the current step that are not done; -1 for the step itself
  std::vector<Observed> places;
  std::vector<DialState> dials;
  bool exposed = false;          // some dial was set by this rollout
  base::Millis act_deadline{0};  // of the acts of the current step
  std::optional<Bake> bake;      // while time passes under guard
  base::Millis bake_left{0};     // while held or after a crash: what of the bake is still to come
  base::Millis ask_end{0};
  base::Millis now{0};  // of the last event
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
