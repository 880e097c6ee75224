#pragma once

#include <string>
#include <vector>

#include "deployer/dial/share_dial.h"
#include "deployer/record/begun.h"
#include "deployer/run/move_options.h"

// What somebody changed at the balancers, a line each.
namespace trunkline::deployer {

// Since the last rollout, before a new one begins.
base::Result<std::vector<std::string>> changed_before(const Begun& before, const Begun& begun);

// While no deployer was at work on this one; before an abort, that all users were sent back is no drift. What comes
// later the dial sees by itself: it is told what to expect.
base::Result<std::vector<std::string>> changed_meanwhile(ShareDial& share, const Begun& begun, bool abort);

// What somebody changed meanwhile is told, and left as it is. The exit code.
int hold_for_drift(const ServiceFolder& folder, const std::vector<std::string>& found, const MoveOptions& options);

}  // namespace trunkline::deployer
