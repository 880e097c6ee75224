#pragma once

#include <optional>
#include <string>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "deployer/plan/query.h"

// What is measured during a bake and where its limits are. Argo Rollouts' words; see docs/formats/rollout.md.
namespace trunkline::deployer {

// "result OP number" and nothing more.
struct Condition {
  std::string op;  // < <= > >= == !=
  double limit = 0;

  bool holds(double result) const;
  bool operator==(const Condition&) const = default;
};
std::string to_string(const Condition& condition);  // "result < 0.25"
base::Result<Condition> parse_condition(std::string_view text);

struct Metric {
  std::string name;
  Query query;
  // Only success: false is a fail. Only failure: false is a pass. Both: neither true is inconclusive, failure wins.
  std::optional<Condition> success;
  std::optional<Condition> failure;
  base::Millis interval{10'000};
  base::Millis initial_delay{0};
  int count = 0;  // measurements until the metric has passed; 0: until the bake ends
  // The metric fails (is inconclusive, is in error) with more than so many.
  int failure_limit = 0;
  int inconclusive_limit = 0;
  int consecutive_error_limit = 4;

  template <typename Q>
  bool asks() const {
    return std::holds_alternative<Q>(query);
  }
  bool operator==(const Metric&) const = default;
};

// What a missing result (NaN, Inf, no data) counts as.
enum class Missing { inconclusive, fail, pass };

}  // namespace trunkline::deployer
