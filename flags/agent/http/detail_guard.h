#pragma once

#include "base/http/reply.h"
#include "flags/agent/access/access.h"

namespace trunkline::flags {

// Returns a handler that answers /metrics with 401 to a caller who may not see all flag sets, and /readyz with nothing
// but whether the agent is ready: both name flags, overrides and sources otherwise. Where no token is needed to see all
// flag sets, nothing changes. `access` and `refused`, which counts the refusals, outlive the server.
base::Handler guard_details(base::Handler handler, const Access& access, base::ReplyObserver& refused);

// Returns a handler that has /metrics, /healthz, /readyz and /version of `handler` and answers 404 to all else.
base::Handler operational_routes(base::Handler handler, base::ReplyObserver& refused);

}  // namespace trunkline::flags
