#include "flags/evaluation/evaluation.h"

#include <cmath>

#include "flags/evaluation/rule_engine.h"

namespace trunkline::flags {
namespace {

using base::Json;

Evaluation failed(ErrorCode code, const base::JsonObject* metadata) {
  return {.reason = Reason::error, .error_code = code, .metadata = metadata};
}

Evaluation with_variant(const Flag& flag, std::string_view name, Reason reason) {
  const Variant* variant = flag.find_variant(name);
  if (variant == nullptr) return failed(ErrorCode::general, &flag.metadata);
  return {.value = &variant->value, .variant = variant->name, .reason = reason, .metadata = &flag.metadata};
}

Evaluation with_default(const Flag& flag, Reason reason) {
  if (!flag.default_variant) return {.reason = Reason::by_default, .metadata = &flag.metadata};
  return with_variant(flag, *flag.default_variant, reason);
}

Evaluation by_rule(const Flag& flag, const EvaluationContext& context, base::WallTime now, Trace* trace) {
  RuleEngine engine(flag.key, context, now, trace);
  const Value chosen = engine.run(*flag.rule);
  if (engine.failure() != nullptr) return failed(ErrorCode::parse_error, &flag.metadata);
  if (chosen.is_nullish()) return with_default(flag, Reason::by_default);
  if (chosen.is_text()) return with_variant(flag, chosen.text(), Reason::targeting_match);
  if (chosen.is_collection()) return failed(ErrorCode::general, &flag.metadata);
  return with_variant(flag, to_string(chosen), Reason::targeting_match);
}

bool is_of(FlagType type, const Json& value) {
  switch (type) {
    case FlagType::boolean:
      return value.is_bool();
    case FlagType::string:
      return value.is_string();
    case FlagType::integer:
      return exact_integer(value).has_value();
    case FlagType::floating:
      return exact_double(value).has_value();
    case FlagType::object:
      return value.is_object();
  }
  return false;
}

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::statically:
      return "STATIC";
    case Reason::by_default:
      return "DEFAULT";
    case Reason::targeting_match:
      return "TARGETING_MATCH";
    case Reason::disabled:
      return "DISABLED";
    case Reason::error:
      return "ERROR";
  }
  return "ERROR";
}

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::provider_not_ready:
      return "PROVIDER_NOT_READY";
    case ErrorCode::flag_not_found:
      return "FLAG_NOT_FOUND";
    case ErrorCode::parse_error:
      return "PARSE_ERROR";
    case ErrorCode::type_mismatch:
      return "TYPE_MISMATCH";
    case ErrorCode::invalid_context:
      return "INVALID_CONTEXT";
    case ErrorCode::general:
      return "GENERAL";
  }
  return "GENERAL";
}

std::optional<FlagType> parse_flag_type(std::string_view name) {
  if (name == "boolean") return FlagType::boolean;
  if (name == "string") return FlagType::string;
  if (name == "integer") return FlagType::integer;
  if (name == "float") return FlagType::floating;
  if (name == "object") return FlagType::object;
  return std::nullopt;
}

Evaluation evaluate(const FlagSet& set, std::string_view key, const EvaluationContext& context, base::WallTime now,
                    Trace* trace) {
  const Flag* flag = set.find(key);
  if (flag == nullptr) return failed(ErrorCode::flag_not_found, &set.metadata());
  if (flag->broken) return failed(ErrorCode::parse_error, &flag->metadata);
  if (!flag->enabled) return {.reason = Reason::disabled, .metadata = &flag->metadata};
  return flag->rule ? by_rule(*flag, context, now, trace) : with_default(*flag, Reason::statically);
}

Evaluation evaluate(const FlagSet& set, std::string_view key, FlagType type, const EvaluationContext& context,
                    base::WallTime now, Trace* trace) {
  const Evaluation answer = evaluate(set, key, context, now, trace);
  if (answer.value == nullptr || is_of(type, *answer.value)) return answer;
  return failed(ErrorCode::type_mismatch, answer.metadata);
}

std::optional<int64_t> exact_integer(const Json& value) {
  if (const auto* integer = value.if_int64()) return *integer;
  const auto* number = value.if_double();
  // 2^63 itself is the first double that does not fit.
  const bool fits = number != nullptr && std::trunc(*number) == *number && *number >= -0x1p63 && *number < 0x1p63;
  return fits ? std::optional(static_cast<int64_t>(*number)) : std::nullopt;
}

std::optional<double> exact_double(const Json& value) {
  if (const auto* number = value.if_double()) return *number;
  const auto* integer = value.if_int64();
  if (integer == nullptr) return std::nullopt;
  const auto number = static_cast<double>(*integer);
  return number < 0x1p63 && static_cast<int64_t>(number) == *integer ? std::optional(number) : std::nullopt;
}

Json to_json(std::string_view key, const Evaluation& evaluation, const std::optional<Json>& fallback,
             std::optional<FlagType> type) {
  base::JsonObject object{{"key", boost::json::string(key)}};
  if (evaluation.value != nullptr) {
    const bool as_integer = type == FlagType::integer && evaluation.value->is_double();
    object["value"] = as_integer ? Json(*exact_integer(*evaluation.value)) : *evaluation.value;
  } else if (fallback) {
    object["value"] = *fallback;
  }
  if (!evaluation.variant.empty()) object["variant"] = boost::json::string(evaluation.variant);
  object["reason"] = boost::json::string(to_string(evaluation.reason));
  if (evaluation.error_code) object["errorCode"] = boost::json::string(to_string(*evaluation.error_code));
  const bool has_metadata = evaluation.metadata != nullptr && !evaluation.metadata->empty();
  if (has_metadata) object["metadata"] = *evaluation.metadata;
  return object;
}

}  // namespace trunkline::flags
