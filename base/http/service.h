#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/core/metrics.h"
#include "base/core/result.h"
#include "base/http/http_metrics.h"
#include "base/http/router.h"

namespace trunkline::base {

// What runs here, as the deployer tells every instance; "" where it did not.
struct BuildInfo {
  std::string version;  // TRUNKLINE_VERSION
  std::string digest;   // TRUNKLINE_DIGEST
  std::string commit;   // TRUNKLINE_COMMIT

  static BuildInfo from_environment();
  // The `revision` label of metrics: the version, or "dev".
  std::string revision() const { return version.empty() ? "dev" : version; }
};

// What every server of ours has in common: routes counted by http_metrics.h, build_info, and the operational routes
//   GET /metrics   the exposition
//   GET /healthz   200 {"status":"ok"} as long as the process can answer
//   GET /readyz    200 {"status":"ready", and what the program tells}, or 503 problem+json with the reason
//   GET /version   {"version","digest","commit"}, absent ones left out
// Thread-safe once the routes are added.
class Service {
 public:
  using Readiness = std::function<Result<JsonObject>()>;

  // `metrics` outlives this. `readiness` is asked by each /readyz, on a server thread.
  Service(Metrics& metrics, BuildInfo build, Readiness readiness);

  // Before handler() is given to a server.
  Router& router() { return router_; }

  // From now on /readyz answers 503 "stopping". Called before the server stops.
  void begin_stop() { stopping_ = true; }

  // Answers requests by the routes; what matches none is counted as route "none". It must not outlive this.
  Handler handler();
  // For ServerOptions: what the server refuses before it is a request is counted as route "refused".
  ReplyObserver* refused() { return &refused_metrics_; }

 private:
  void handle(const Request& request, Reply reply);
  Response ready() const;

  Metrics& metrics_;
  const BuildInfo build_;
  Readiness readiness_;
  Router router_;
  std::map<const Route*, std::unique_ptr<RouteMetrics>> route_metrics_;
  RouteMetrics no_route_metrics_;
  RouteMetrics refused_metrics_;
  std::atomic<bool> stopping_{false};
};

}  // namespace trunkline::base
