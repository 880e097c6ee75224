#pragma once

#include <string>

#include "base/core/json.h"
#include "base/core/result.h"

namespace trunkline::flags {

// Whom a flag is evaluated for. Rules see the targeting key as `targetingKey` beside the attributes.
struct EvaluationContext {
  std::string targeting_key{};  // empty: none
  base::Json attributes = base::JsonObject{};
};

// From OpenFeature's JSON form, in which targetingKey is a member. Kind::invalid if it is no object.
base::Result<EvaluationContext> context_from_json(base::Json json);

// Both; where they have the same attribute or both a targeting key, `above` wins.
EvaluationContext merged(const EvaluationContext& below, const EvaluationContext& above);

}  // namespace trunkline::flags
