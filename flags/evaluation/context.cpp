#include "flags/evaluation/context.h"

namespace trunkline::flags {

base::Result<EvaluationContext> context_from_json(base::Json json) {
  auto* object = json.if_object();
  if (object == nullptr) return base::fail(base::Kind::invalid, "expected the context to be a JSON object");
  EvaluationContext context;
  // An empty key is none to bucket by, but rules see it.
  if (const auto* key = object->if_contains("targetingKey");
      key != nullptr && key->is_string() && !key->get_string().empty()) {
    context.targeting_key = key->as_string();
    object->erase("targetingKey");
  }
  context.attributes = std::move(json);
  return context;
}

EvaluationContext merged(const EvaluationContext& below, const EvaluationContext& above) {
  EvaluationContext both = below;
  if (!above.targeting_key.empty()) both.targeting_key = above.targeting_key;
  auto* attributes = both.attributes.if_object();
  const auto* wins = above.attributes.if_object();
  if (attributes == nullptr || wins == nullptr) {
    both.attributes = above.attributes;
  } else {
    for (const auto& member : *wins) attributes->insert_or_assign(member.key(), member.value());
  }
  return both;
}

}  // namespace trunkline::flags
