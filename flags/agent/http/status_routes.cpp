#include "flags/agent/http/status_routes.h"

namespace trunkline::flags {

void add_status_routes(base::Router& router, const Gate& gate, const Health& health) {
  router.add("GET", "/v1/status", [&](const base::Request& request, const base::PathParameters&, base::Reply reply) {
    const auto visit = gate.admit(request);
    if (!visit) return reply(visit.error());
    reply(
        base::json_response(200, health.status([&](std::string_view key) { return gate.sees(*visit->caller, key); })));
  });
}

}  // namespace trunkline::flags
