#pragma once

#include <functional>
#include <string>

#include "base/http/router.h"

namespace trunkline::flags {

// POST /hooks/refresh has every source polled at once: 202. It proves `secret` as git hosts do: X-Hub-Signature-256
// (HMAC of the body, GitHub and Gitea), X-Gitlab-Token, or a bearer token; 401 otherwise.
void add_refresh_routes(base::Router& router, std::string secret, std::function<void()> refresh);

}  // namespace trunkline::flags
