#pragma once

#include "base/http/router.h"
#include "flags/agent/health.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// GET /v1/status as health.h says. The references outlive the router.
void add_status_routes(base::Router& router, const Gate& gate, const Health& health);

}  // namespace trunkline::flags
