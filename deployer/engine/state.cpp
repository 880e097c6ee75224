#include "deployer/engine/state.h"

namespace trunkline::deployer {

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
  state.places.assign(plan.places.size(), {});
  state.dials.assign(plan.dials.size(), {});
  if (!plan.from) return state;
  for (int i = 0; i < plan.fleet; ++i) {
    Observed& place = state.places[static_cast<size_t>(plan.place(i, plan.stable_pool))];
    place.runs = Side::stable;
    place.serving = true;
  }
  return state;
}

bool running(const State& state) {
  return state.phase == Phase::forward || state.phase == Phase::rolling_back;
}

const step::Bake* bake_of(const State& state) {
  return state.step < state.steps.size() ? std::get_if<step::Bake>(&state.steps[state.step]) : nullptr;
}

const step::Ask* ask_of(const State& state) {
  return state.step < state.steps.size() ? std::get_if<step::Ask>(&state.steps[state.step]) : nullptr;
}

}  // namespace trunkline::deployer
