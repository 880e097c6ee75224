#pragma once

#include <vector>

#include "deployer/changes/timeline.h"
#include "deployer/dial/dial.h"

namespace trunkline::deployer {

// Servers that are not as the rollout left them: "HAProxy at X: shop/web2 is in maint, was left serving". One
// that is only down is no drift, and neither is one whose last change is not known to have been done. `down`: the
// service was taken down since. Pure.
std::vector<std::string> server_drift(const Begun& begun, const std::vector<DialView>& views, bool down);

// What differs now at the balancers from what was left there; one line where they do not answer. Asks them, changes
// nothing. Nothing while a deployer is at work: then all of it is in the making.
std::vector<Change> differences_now(const ServiceFolder& folder, const Begun& begun);

}  // namespace trunkline::deployer
