#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deployer/dial/share_dial.h"
#include "deployer/record/begun.h"

// What a rollout leaves at the balancers, and whether that is still there. Pure.
namespace trunkline::deployer {

// The value of a dial with so many of its users on the new side, and with the new side as the stable one.
Exposure exposure_of(const Rollout& rollout, const Plan& plan, int dial, int share, bool preview);
Exposure promoted_exposure_of(const Rollout& rollout, const Plan& plan, int dial);

// By dial, what its entry may be by this rollout's doing: one value, or more behind a change whose outcome is not
// known, and of several balancers, which may have missed one. The last is the latest. Before the first change nobody is
// on the new side.
std::vector<std::vector<Exposure>> left_at_dials(const Begun& begun);

// "somebody changed shop at X: expected ... found ..." where the balancer shows none of the values; nothing where it
// shows one, does not answer, or was started anew since the last record: then it may only have forgotten. An entry
// whose lease ran out is still the same one, and without one all are at the service's own backend, `home`.
std::optional<std::string> drift_of(const std::vector<Exposure>& left, const std::string& home,
                                    const ExposureView& view, base::WallTime since);

// Of all dials, by what their balancers show: views of dial by dial.
using DialViews = std::vector<std::vector<ExposureView>>;
std::vector<std::string> find_drift(const Begun& begun, const std::vector<std::vector<Exposure>>& left,
                                    const DialViews& views, base::WallTime since);

// Asks them. Fails if no balancer of a dial answers.
base::Result<DialViews> look_at_dials(ShareDial& share, const Begun& begun);

// Whether all balancers are known to show this one value.
bool all_show(const Exposure& exposure, const std::vector<ExposureView>& views);

}  // namespace trunkline::deployer
