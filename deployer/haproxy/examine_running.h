#pragma once

#include "deployer/haproxy/finding.h"

namespace trunkline::deployer {

// Asks each of the running balancers for what releases need, with the rights of this process, and looks at the map's
// file on this machine. Changes nothing.
Findings examine_running(const Expected& expected);

}  // namespace trunkline::deployer
