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

// Nobody is sent to the new side there, but for who asks for it.
bool bakes_without_users(const Rollout& rollout) {
  int share = 0;
  for (const Step& step : rollout.strategy.ramp) {
    if (const auto* expose = std::get_if<step::Expose>(&step)) share = expose->share;
    if (std::holds_alternative<step::Bake>(step) && share == 0) return true;
  }
  return false;
}

// A bake without a single request is extended, and then held.
Metric errors(const Rollout& rollout) {
  Metric metric;
  metric.name = "errors";
  metric.query = HaproxyQuery{HaproxyQuery::Of::error_ratio};
  metric.failure = Condition{">", 0.25};
  metric.failure_limit = 2;
  metric.against = Against{Against::Test::sequential, 1.2, 0, 0.01, 1};
  metric.inconclusive_limit = kNoLimit;
  if (bakes_without_users(rollout)) metric.on_missing = Missing::pass;
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
  Analysis analysis{{errors(rollout), response_time()}, {0, 1}, Missing::inconclusive};
  for (Metric& metric : analysis.metrics) metric.interval = interval_for(rollout);
  return analysis;
}

}  // namespace trunkline::deployer
