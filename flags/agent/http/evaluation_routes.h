#pragma once

#include "base/core/clock.h"
#include "base/core/metrics.h"
#include "base/http/router.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// GET /v1/evaluations answers {"since","flags":{KEY:COUNT}}: which flags of the caller's the agent was asked for since
// it started, and how often. The references outlive the router.
void add_evaluation_routes(base::Router& router, const Gate& gate, const base::Metrics& metrics, base::WallTime since);

}  // namespace trunkline::flags
