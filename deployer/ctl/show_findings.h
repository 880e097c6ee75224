#pragma once

#include "deployer/haproxy/finding.h"

namespace trunkline::deployer {

// Prints what was found, for people or one JSON object a line. The exit code: 1 if anything failed.
int show_findings(const Findings& findings, bool json);

}  // namespace trunkline::deployer
