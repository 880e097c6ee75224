#pragma once

#include "base/http/router.h"
#include "flags/agent/http/gate.h"
#include "flags/agent/store/override_board.h"

namespace trunkline::flags {

//   GET    /v1/overrides         {"overrides":[...]}
//   PUT    /v1/overrides/{key}   {"variant","ttl_seconds","reason"?} -> 200 the override, with what it replaces nothing
//   DELETE /v1/overrides/{key}   200 the one that was in force
// PUT and DELETE need a token with `override: true`, that may see the flag's set: 401, 403. 404 for an unknown flag,
// variant or override, 409 for a DISABLED flag, 400 for a wrong body, 507 where it cannot be kept.
void add_override_routes(base::Router& router, const Gate& gate, OverrideBoard& overrides, const base::Clock& clock);

}  // namespace trunkline::flags
