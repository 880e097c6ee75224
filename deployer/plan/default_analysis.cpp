#include "deployer/plan/default_analysis.h"

#include <algorithm>

#include "deployer/plan/analysis_parser.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr Millis kInterval{10'000};
constexpr int kLooks = 10;  // in the shortest bake, or more
constexpr int kNoLimit = 1'000'000'000;

Millis interval_for(const Rollout& rollout) {
  Millis interval = kInterval;
  for (const auto& [length, own] : bakes_of(rollout)) {
    if (length > Millis{0}) interval = std::min(interval, std::max(length / kLooks, std::min(length, Millis{50})));
  }
  return interval;
}

// A bake without a single request is extended, and then held.
Metric errors() {
  Metric metric;
  metric.name = "errors";
  metric.query = HaproxyQuery{HaproxyQuery::Of::error_ratio};
  metric.failure = Condition{">", 0.25};
  metric.failure_limit = 2;
  metric.against = Against{Against::Test::sequential, 1.2, 0, 0.01, 1};
  metric.inconclusive_limit = kNoLimit;
  return metric;
}

Metric response_time() {
  Metric metric;
  metric.name = "response-ms";
  metric.query = HaproxyQuery{HaproxyQuery::Of::response_time};
  metric.failure_limit = 2;
  metric.against = Against{Against::Test::none, 1.5, 20, 0.01, 1};
  metric.on_missing = Missing::pass;
  return metric;
}

}  // namespace

Analysis default_analysis(const Rollout& rollout) {
  Analysis analysis{{errors(), response_time()}, {0, 1}, Missing::inconclusive};
  for (Metric& metric : analysis.metrics) metric.interval = interval_for(rollout);
  return analysis;
}

}  // namespace trunkline::deployer
