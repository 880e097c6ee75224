#include "deployer/engine/ramp.h"

#include <algorithm>

namespace trunkline::deployer {

bool expose_again(State& state) {
  std::vector<Step> again;
  Batch fresh;
  for (size_t i = 0; i < state.places.size(); ++i) {
    if (state.places[i].runs == Side::fresh && state.places[i].serving) fresh.push_back(static_cast<int>(i));
  }
  Batch promoted;
  for (size_t i = 0; i < state.dials.size(); ++i) {
    DialState& dial = state.dials[i];
    dial.renewing = false;
    if (dial.promoted) promoted.push_back(static_cast<int>(i));
    if (!dial.exposed()) continue;
    again.emplace_back(step::Expose{{static_cast<int>(i)}, dial.share, dial.preview});
    dial.share = 0;
    dial.preview = false;
  }
  if (!promoted.empty()) again.emplace_back(step::Promote{promoted});
  if (again.empty()) return false;
  // A balancer that was started anew meanwhile, or was silent, may have closed their doors.
  again.insert(again.begin(), {step::Probe{fresh, Side::fresh}, step::Admit{fresh}});
  state.steps.insert(state.steps.begin() + static_cast<long>(state.step), again.begin(), again.end());
  return true;
}

void drop_ramp(State& state) {
  auto last = state.steps.end();
  for (auto step = state.steps.begin() + static_cast<long>(state.step); step != state.steps.end(); ++step) {
    if (const auto* expose = std::get_if<step::Expose>(&*step); expose != nullptr && expose->share == kAllUsers) {
      last = step;
    }
  }
  if (last == state.steps.end()) return;
  const auto is_ramp = [](const Step& step) {
    return std::holds_alternative<step::Bake>(step) || std::holds_alternative<step::Ask>(step) ||
           std::holds_alternative<step::Expose>(step);
  };
  const auto from = state.steps.begin() + static_cast<long>(state.step) + 1;
  if (last < from) return;
  const auto kept = std::remove_if(from, last, [&](const Step& step) {
    const auto* expose = std::get_if<step::Expose>(&step);
    return is_ramp(step) && !(expose != nullptr && expose->share == kAllUsers);
  });
  state.steps.erase(kept, last);
}

}  // namespace trunkline::deployer
