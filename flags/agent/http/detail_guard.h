#pragma once

#include "base/http/reply.h"
#include "flags/agent/access/access.h"

namespace trunkline::flags {

// Returns a handler for an agent with tokens: /metrics is 401 without a token that sees all flag sets, and /readyz
// answers such a request with nothing but its status. Both name flags, overrides and sources otherwise. `access` and
// `refused`, which counts the refusals, outlive the server.
base::Handler guard_details(base::Handler handler, const Access& access, base::ReplyObserver& refused);

// Returns a handler that has /metrics, /healthz, /readyz and /version of `handler` and answers 404 to all else.
base::Handler operational_routes(base::Handler handler, base::ReplyObserver& refused);

}  // namespace trunkline::flags
