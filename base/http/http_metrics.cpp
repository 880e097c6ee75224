#include "base/http/http_metrics.h"

#include <algorithm>
#include <string_view>

namespace trunkline::base {
namespace {

// The place in kMethods, or behind its end.
size_t method_index(std::string_view method) {
  return static_cast<size_t>(std::find(kMethods.begin(), kMethods.end(), method) - kMethods.begin());
}

// A client may send any method; as a label each would be a series of its own for ever.
std::string_view method_label(size_t index) {
  return index < kMethods.size() ? kMethods[index] : "other";
}

}  // namespace

const std::vector<double>& latency_bounds() {
  static const std::vector<double> bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,  0.5,    1,     2.5,  5,     10};
  return bounds;
}

RouteMetrics::RouteMetrics(Metrics& metrics, std::string route, std::string revision)
    : metrics_(metrics),
      route_(std::move(route)),
      revision_(std::move(revision)),
      duration_(metrics.histogram("http_request_duration_seconds", "Time from a request read to its answer.",
                                  latency_bounds(), {{"route", route_}, {"revision", revision_}})),
      counters_(std::make_unique<std::array<Lazy<Counter>, kMethodLabels * kStatuses>>()) {}

Counter& RouteMetrics::counter_for(std::string_view method_name, int status) {
  const size_t method = method_index(method_name);
  const size_t code = status >= 100 && status < static_cast<int>(kStatuses) ? static_cast<size_t>(status) : 500;
  return (*counters_)[method * kStatuses + code].get([&] {
    return std::make_unique<Counter>(metrics_.counter("http_requests_total", "Requests answered.",
                                                      {{"route", route_},
                                                       {"method", std::string(method_label(method))},
                                                       {"status", std::to_string(code)},
                                                       {"revision", revision_}}));
  });
}

void RouteMetrics::replied(std::string_view method, const Response& response, SteadyTime received) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - received;
  duration_.observe(took.count());
  counter_for(method, response.status).add();
}

}  // namespace trunkline::base
