#include "deployer/checks/traffic_tally.h"

#include <algorithm>
#include <cmath>

namespace trunkline::deployer {
namespace {

constexpr int64_t kWindow = 1024;     // of HAProxy's averages, TIME_STATS_SAMPLES
constexpr double kLeastWeight = 0.2;  // of the answers since the bake began: within 5 ms then

// What is left of `before` answers in an average after `since` more: the window grows up to its size, then each answer
// takes a share of it.
double old_weight(int64_t before, int64_t since) {
  const int64_t filling = std::clamp<int64_t>(kWindow - before, 0, since);
  const auto held = static_cast<double>(std::min(before, kWindow));
  const double filled = held + static_cast<double>(filling);
  if (filled == 0) return 0;
  return held / filled * std::pow(1 - 1.0 / kWindow, static_cast<double>(since - filling));
}

int64_t step(int64_t from, int64_t to) {
  return to >= from ? to - from : to;
}

}  // namespace

void TrafficTally::add(const HaproxyTraffic& now) {
  const int64_t answers = step(last_.answers, now.answers);
  if (now.answers < last_.answers) {
    average_ = {};
    answers_since_ = 0;
  }
  answers_since_ += answers;
  growth_.answers += answers;
  growth_.server_errors += step(last_.server_errors, now.server_errors);
  growth_.connection_errors += step(last_.connection_errors, now.connection_errors);
  growth_.response_errors += step(last_.response_errors, now.response_errors);
  last_ = now;
}

Counts TrafficTally::counts() const {
  const int64_t unanswered = growth_.connection_errors + growth_.response_errors;
  return {growth_.answers + unanswered, growth_.server_errors + unanswered};
}

std::optional<double> TrafficTally::response_ms() const {
  if (answers_since_ == 0) return std::nullopt;
  const double old = old_weight(average_.answers, answers_since_);
  if (1 - old < kLeastWeight) return std::nullopt;
  const double fresh =
      (static_cast<double>(last_.response_ms) - old * static_cast<double>(average_.response_ms)) / (1 - old);
  return std::max(fresh, 0.0);
}

}  // namespace trunkline::deployer
