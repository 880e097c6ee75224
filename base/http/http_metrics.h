#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/core/lazy.h"
#include "base/core/metrics.h"
#include "base/http/reply.h"

namespace trunkline::base {

// Counts the answers of one route: http_requests_total{route,method,status,revision} and
// http_request_duration_seconds{route,revision}, from the moment the request was read to the moment it is answered.
// Thread-safe; a series is looked up when its first answer is given and then held.
class RouteMetrics final : public ReplyObserver {
 public:
  // `metrics` outlives this.
  RouteMetrics(Metrics& metrics, std::string route, std::string revision);

  void replied(std::string_view method, const Response& response, SteadyTime received) override;

 private:
  static constexpr size_t kMethodLabels = kMethods.size() + 1;
  static constexpr size_t kStatuses = 600;
  Counter& counter_for(std::string_view method, int status);

  Metrics& metrics_;
  const std::string route_;
  const std::string revision_;
  Histogram duration_;
  // Filled as they come; read without a lock.
  std::unique_ptr<std::array<Lazy<Counter>, kMethodLabels * kStatuses>> counters_;
};

// The latency buckets of every server here, in seconds: 0.5 ms .. 10 s.
const std::vector<double>& latency_bounds();

}  // namespace trunkline::base
