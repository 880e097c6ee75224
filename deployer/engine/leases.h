#pragma once

#include <optional>
#include <vector>

#include "deployer/engine/state.h"

// Shares are borrowed: when each dial's lease is renewed, and when it is lost. Pure.
namespace trunkline::deployer {

// Whether this dial's lease is to be kept up now. On the way back none is: they end at a share of 0 anyway. While the
// dial is being set there is nothing to renew.
bool leased(const State& state, size_t dial);

// It holds from when it was asked for.
void lease_from(DialState& dial, base::Millis lease, base::Millis asked);

// Whether users are on the stable side already, for nobody renewed this dial in time.
bool lost(const State& state, size_t dial);

// The dials that are to be renewed now; they count as being renewed from here on.
std::vector<int> take_renewals(State& state);

// When one is due next, or lost.
std::optional<base::Millis> next_renewal(const State& state);

}  // namespace trunkline::deployer
