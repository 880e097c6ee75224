#include "flags/agent/http/refresh_routes.h"

#include <memory>

#include "base/core/digest.h"

namespace trunkline::flags {
namespace {

bool proves(const base::Request& request, const std::string& secret) {
  if (const auto signature = request.headers.find("X-Hub-Signature-256")) {
    return base::equal_in_constant_time(*signature, "sha256=" + base::hmac_sha256(secret, request.body));
  }
  if (const auto token = request.headers.find("X-Gitlab-Token")) return base::equal_in_constant_time(*token, secret);
  const auto bearer = request.headers.find("Authorization");
  return bearer && base::equal_in_constant_time(*bearer, "Bearer " + secret);
}

}  // namespace

void add_refresh_routes(base::Router& router, std::string secret, std::function<void()> refresh) {
  router.add("POST", "/hooks/refresh",
             [secret = std::move(secret), refresh = std::move(refresh)](
                 const base::Request& request, const base::PathParameters&, base::Reply reply) {
               if (!proves(request, secret)) return reply({401, {{"WWW-Authenticate", "Bearer"}}, ""});
               refresh();
               reply(base::json_response(202, base::JsonObject{{"status", "refreshing"}}));
             });
}

}  // namespace trunkline::flags
