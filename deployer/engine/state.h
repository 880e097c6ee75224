#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "deployer/engine/action.h"
#include "deployer/engine/bake.h"
#include "deployer/plan/plan.h"

// All that the engine knows of a rollout between two events. Plain values; only the engine changes them.
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
  int64_t cut = 0;            // connections that outlasted a drain and were closed, of either side
  std::optional<Outcome> outcome;
  std::string reason;  // why it was held, taken back or failed

  bool operator==(const State&) const = default;
};

State initial_state(const Plan& plan);

// Whether the engine goes on by itself.
bool running(const State& state);

// The current step, if it is one of these.
const step::Bake* bake_of(const State& state);
const step::Ask* ask_of(const State& state);

}  // namespace trunkline::deployer
