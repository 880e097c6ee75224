#include "flags/agent/evaluator.h"

#include <fmt/format.h>

namespace trunkline::flags {
namespace {

void put(EvaluationContext& context, std::string_view key, base::Json value) {
  if (key == "targetingKey" && value.is_string()) {
    context.targeting_key = value.get_string();
  } else {
    context.attributes.as_object()[key] = std::move(value);
  }
}

}  // namespace

void Evaluator::complete(EvaluationContext& context, const FindHeader& find_header) const {
  for (const auto& member : options_.static_context) put(context, member.key(), member.value());
  for (const auto& [header, key] : options_.header_keys) {
    if (const auto value = find_header(header)) put(context, key, base::Json(*value));
  }
}

Evaluation Evaluator::evaluate(const View& view, std::string_view key, const EvaluationContext& context) const {
  const Evaluation evaluation = flags::evaluate(view.set(), key, context, clock_.wall());
  view.count(view.set().find(key), evaluation);
  return evaluation;
}

Evaluation Evaluator::evaluate(const View& view, std::string_view key, FlagType type,
                               const EvaluationContext& context) const {
  const Evaluation evaluation = flags::evaluate(view.set(), key, type, context, clock_.wall());
  view.count(view.set().find(key), evaluation);
  return evaluation;
}

std::string describe_error(std::string_view key, ErrorCode code) {
  switch (code) {
    case ErrorCode::provider_not_ready:
      return "the agent has no flags yet";
    case ErrorCode::flag_not_found:
      return fmt::format("there is no flag \"{}\"", key);
    case ErrorCode::parse_error:
      return fmt::format("the flag \"{}\" is wrong: the agent's log says where", key);
    case ErrorCode::type_mismatch:
      return fmt::format("the flag \"{}\" has a value of another type", key);
    case ErrorCode::invalid_context:
      return "expected the context to be an object";
    case ErrorCode::general:
      return fmt::format("the rule of \"{}\" gives no variant of the flag", key);
  }
  return "";
}

}  // namespace trunkline::flags
