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

// What a missing result (NaN, Inf, no data) counts as.
enum class Missing { inconclusive, fail, pass };
constexpr Choices<Missing, 3> kMissing{{"inconclusive", "fail", "pass"},
                                       {Missing::inconclusive, Missing::fail, Missing::pass}};

// How the new side's value is held against the stable side's. More is worse.
struct Against {
  enum class Test {
    none,         // each measurement by itself
    sequential,   // counts of errors, after every measurement
    mann_whitney  // all values of the bake, once at its end
  };
  Test test = Test::none;
  double max_ratio = 1;       // new / stable may be as much; with a test: only more than that is looked for
  double min_difference = 0;  // without a test: new - stable may be as much, whatever the ratio is
  double alpha = 0.01;        // sequential: the chance of a false alarm over a whole bake
  int burst = 1;              // sequential: so many errors may be one event

  bool operator==(const Against&) const = default;
};
constexpr Choices<Against::Test, 2> kTests{{"sequential", "mannWhitney"},
                                           {Against::Test::sequential, Against::Test::mann_whitney}};
std::string_view to_string(Against::Test test);  // "" for none

// With fewer values a side no difference would be enough.
constexpr int kLeastValues = 5;

struct Metric {
  std::string name;
  Query query;
  // Only success: false is a fail. Only failure: false is a pass. Both: neither true is inconclusive, failure wins.
  std::optional<Condition> success;
  std::optional<Condition> failure;
  std::optional<Against> against = {};
  std::optional<Missing> on_missing = {};  // instead of the analysis'
  bool dry_run = false;                    // measured and shown, and decides nothing
  base::Millis interval{10'000};
  base::Millis initial_delay{0};
  int count = 0;  // measurements until the metric has passed; 0: until the bake ends
  // The metric fails (is inconclusive, is in error) with more than so many.
  int failure_limit = 0;
  int inconclusive_limit = 0;
  int consecutive_error_limit = 4;

  // How long a bake must be, so that the metric can say something.
  base::Millis least_bake() const;
  template <typename Q>
  bool asks() const {
    return std::holds_alternative<Q>(query);
  }
  bool operator==(const Metric&) const = default;
};

}  // namespace trunkline::deployer
