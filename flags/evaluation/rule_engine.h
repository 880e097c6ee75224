#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/core/clock.h"
#include "flags/definition/rule.h"
#include "flags/evaluation/context.h"
#include "flags/evaluation/value.h"

namespace trunkline::flags {

// Runs one rule for one context. Everything it is given outlives it; its results live as long as it does.
class RuleEngine {
 public:
  RuleEngine(std::string_view flag_key, const EvaluationContext& context, base::WallTime now)
      : flag_key_(flag_key), context_(context), now_(now) {}

  Value run(const Rule& rule);

 private:
  Value argument(const Rule& rule, size_t index);
  Value variable(const Rule& rule);
  Value lookup(const std::vector<std::string>& path);
  Value targeting_key();
  Value whole_context();
  Value choose(const Rule& rule);
  Value first_that(bool truth, const Rule& rule);
  Value contains(const Rule& rule);
  Value compare_all(const Rule& rule);
  Value affix(const Rule& rule);
  Value keep(base::Json made);

  Value fractional(const Rule& rule);
  Value pick(const Rule& rule, size_t first_bucket, uint32_t hash);
  // The weight of a bucket; below 0 is 0. Nothing if it is no integer.
  std::optional<int64_t> weight(const Rule& bucket);

  std::string_view flag_key_;
  const EvaluationContext& context_;
  base::WallTime now_;
  std::vector<std::unique_ptr<base::Json>> made_;  // collections that came into being on the way
};

}  // namespace trunkline::flags
