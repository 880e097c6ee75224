#pragma once

#include <functional>
#include <string>

#include "base/http/router.h"
#include "flags/agent/health.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// GET /v1/evaluations answers {"since","flags":{KEY:COUNT}}: which flags of the caller's the agent was asked for since
// it started, and how often. The references outlive the router.
void add_evaluation_routes(base::Router& router, const Gate& gate, const base::Metrics& metrics, base::WallTime since);

// GET /v1/status as health.h says. The references outlive the router.
void add_status_routes(base::Router& router, const Gate& gate, const Health& health);

//   GET    /v1/overrides         {"overrides":[...]}
//   PUT    /v1/overrides/{key}   {"variant","ttl_seconds","reason"?} -> 200 the override, with what it replaces nothing
//   DELETE /v1/overrides/{key}   200 the one that was in force
// PUT and DELETE need a token with `override: true`, that may see the flag's set: 401, 403. 404 for an unknown flag,
// variant or override, 409 for a DISABLED flag, 400 for a wrong body, 507 where it cannot be kept.
void add_override_routes(base::Router& router, const Gate& gate, OverrideBoard& overrides, const base::Clock& clock);

// POST /hooks/refresh has every source polled at once: 202. It proves `secret` as git hosts do: X-Hub-Signature-256
// (HMAC of the body, GitHub and Gitea), X-Gitlab-Token, or a bearer token; 401 otherwise.
void add_refresh_routes(base::Router& router, std::string secret, std::function<void()> refresh);

}  // namespace trunkline::flags
