#include "deployer/engine/leases.h"

#include <algorithm>

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr int kRenewalsPerLease = 3;  // two may fail before users go back to the stable side

}  // namespace

bool leased(const State& state, size_t dial) {
  if (state.phase != Phase::forward || !state.dials[dial].exposed()) return false;
  if (state.step >= state.steps.size() || !on_dials(state.steps[state.step])) return true;
  return std::find(state.pending.begin(), state.pending.end(), static_cast<int>(dial)) == state.pending.end();
}

void lease_from(DialState& dial, Millis lease, Millis asked) {
  dial.lease_end = asked + lease;
  dial.renew_at = asked + lease / kRenewalsPerLease;
}

bool lost(const State& state, size_t dial) {
  return leased(state, dial) && state.now >= state.dials[dial].lease_end;
}

std::vector<int> take_renewals(State& state) {
  std::vector<int> due;
  for (size_t i = 0; i < state.dials.size(); ++i) {
    DialState& dial = state.dials[i];
    if (!leased(state, i) || dial.renewing || state.now < dial.renew_at) continue;
    dial.renewing = true;
    dial.asked_at = state.now;
    due.push_back(static_cast<int>(i));
  }
  return due;
}

std::optional<Millis> next_renewal(const State& state) {
  std::optional<Millis> next;
  for (size_t i = 0; i < state.dials.size(); ++i) {
    const DialState& dial = state.dials[i];
    if (!leased(state, i)) continue;
    const Millis at = dial.renewing ? dial.lease_end : std::min(dial.renew_at, dial.lease_end);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

}  // namespace trunkline::deployer
