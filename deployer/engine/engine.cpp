#include "deployer/engine/engine.h"

#include <algorithm>

#include "deployer/engine/leases.h"
#include "deployer/engine/turn.h"

namespace trunkline::deployer {
using base::Millis;

Advance advance(const Plan& plan, State state, const Event& event, Millis now) {
  return Turn(plan, std::move(state), now).take(event);
}

std::optional<Millis> next_wake(const Plan& plan, const State& state) {
  if (!running(state)) return std::nullopt;
  std::optional<Millis> wake = next_renewal(state);
  const auto sooner = [&wake](Millis at) { wake = wake ? std::min(*wake, at) : at; };
  if (state.bake) {
    if (const auto due = next_due(*state.bake, plan.analysis, state.paused, state.now)) sooner(*due);
    if (ask_of(state) != nullptr && !state.paused) sooner(state.ask_end);
  } else if (!state.pending.empty()) {
    sooner(state.act_deadline);
  }
  return wake;
}

}  // namespace trunkline::deployer
