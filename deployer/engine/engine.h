#pragma once

#include <optional>
#include <vector>

#include "deployer/engine/action.h"
#include "deployer/engine/event.h"
#include "deployer/engine/state.h"

// The heart: what happens next, given what happened. Pure: it has no clock, no disk and no network; `now` is an
// argument, what it wants done comes out as actions, what became of them goes in as events. The same events in the same
// order give the same decisions, which is how a journal of events is a state.
namespace trunkline::deployer {

struct Advance {
  State state;
  std::vector<Action> actions;
};

// `now` is the rollout's own time: milliseconds since it began, on a clock that never jumps, downtime of the deployer
// left out. The cost is proportional to what the event touches.
Advance advance(const Plan& plan, State state, const Event& event, base::Millis now);

// When a Ticked is wanted, if nothing else happens before.
std::optional<base::Millis> next_wake(const Plan& plan, const State& state);

}  // namespace trunkline::deployer
