#include "base/http/service.h"

#include <cstdlib>

namespace trunkline::base {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Json version_of(const BuildInfo& build) {
  JsonObject out;
  if (!build.version.empty()) out["version"] = build.version;
  if (!build.digest.empty()) out["digest"] = build.digest;
  if (!build.commit.empty()) out["commit"] = build.commit;
  return out;
}

}  // namespace

BuildInfo BuildInfo::from_environment() {
  return {environment("TRUNKLINE_VERSION"), environment("TRUNKLINE_DIGEST"), environment("TRUNKLINE_COMMIT")};
}

Service::Service(Metrics& metrics, BuildInfo build, Readiness readiness)
    : metrics_(metrics),
      build_(std::move(build)),
      readiness_(std::move(readiness)),
      no_route_metrics_(metrics, "none", build_.revision()),
      refused_metrics_(metrics, "refused", build_.revision()) {
  metrics_
      .gauge("build_info", "What runs here; always 1.",
             {{"version", build_.version}, {"digest", build_.digest}, {"commit", build_.commit}})
      .set(1);
  router_.add("GET", "/metrics", [this](const Request&, const PathParameters&, Reply reply) {
    reply({200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics_.render()});
  });
  router_.add("GET", "/healthz", [](const Request&, const PathParameters&, Reply reply) {
    reply(json_response(200, JsonObject{{"status", "ok"}}));
  });
  router_.add("GET", "/readyz", [this](const Request&, const PathParameters&, Reply reply) { reply(ready()); });
  router_.add("GET", "/version", [this](const Request&, const PathParameters&, Reply reply) {
    reply(json_response(200, version_of(build_)));
  });
}

Response Service::ready() const {
  if (stopping_) return problem_response(503, "Not ready", "stopping");
  const auto state = readiness_();
  if (!state) return problem_response(503, "Not ready", state.error().message);
  JsonObject body{{"status", "ready"}};
  for (const auto& member : *state) body[member.key()] = member.value();
  return json_response(200, body);
}

Handler Service::handler() {
  for (const auto& route : router_.routes()) {
    auto& known = route_metrics_[route.get()];
    if (!known) known = std::make_unique<RouteMetrics>(metrics_, route->pattern, build_.revision());
  }
  return [this](const Request& request, Reply reply) { handle(request, std::move(reply)); };
}

void Service::handle(const Request& request, Reply reply) {
  const RouteMatch match = router_.match(request.method, request.path());
  if (match.route == nullptr) {
    reply.watch(no_route_metrics_);
    return reply(no_route_response(request, match));
  }
  reply.watch(*route_metrics_.at(match.route));
  match.route->handler(request, match.parameters, std::move(reply));
}

}  // namespace trunkline::base
