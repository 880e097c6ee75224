#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "flags/definition/flag_set.h"
#include "flags/evaluation/context.h"
#include "flags/evaluation/trace.h"

// The answer a flag gives for a context. Pure; the rules are flagd's (docs/formats/flags.md).
namespace trunkline::flags {

// OpenFeature's words.
enum class Reason { statically, by_default, targeting_match, disabled, error };
enum class ErrorCode { provider_not_ready, flag_not_found, parse_error, type_mismatch, invalid_context, general };
std::string_view to_string(Reason reason);   // STATIC, DEFAULT, TARGETING_MATCH, DISABLED, ERROR
std::string_view to_string(ErrorCode code);  // PROVIDER_NOT_READY, FLAG_NOT_FOUND, ...

enum class FlagType { boolean, string, integer, floating, object };
// boolean, string, integer, float, object.
std::optional<FlagType> parse_flag_type(std::string_view name);

// Points into the flag set. Where there is no value the caller's default is used.
struct Evaluation {
  const base::Json* value = nullptr;
  std::string_view variant = {};  // empty: none
  Reason reason = Reason::error;
  std::optional<ErrorCode> error_code = {};
  const base::JsonObject* metadata = nullptr;  // of the flag, with the set's below it; of an unknown flag the set's
};

// `now` is what the rule sees as $flagd.timestamp. Whatever the rule is, the time it takes is bounded; nothing is taken
// from the heap for a static flag, for comparisons and for fractional. `trace`, if given, is told how it came about.
Evaluation evaluate(const FlagSet& set, std::string_view key, const EvaluationContext& context, base::WallTime now,
                    Trace* trace = nullptr);

// The same for a caller who wants one type: another one is TYPE_MISMATCH.
Evaluation evaluate(const FlagSet& set, std::string_view key, FlagType type, const EvaluationContext& context,
                    base::WallTime now, Trace* trace = nullptr);

// A number as an integer, if nothing is lost: 10.0 yes, 3.14 no.
std::optional<int64_t> exact_integer(const base::Json& value);
// A number as a double, if nothing is lost: 2^53 yes, 2^53 + 1 no.
std::optional<double> exact_double(const base::Json& value);

// {"key","value"?,"variant"?,"reason","errorCode"?,"metadata"?}. The value is `fallback` where the evaluation has none
// and a fallback is given; a number that was asked for as an integer is printed as one.
base::Json to_json(std::string_view key, const Evaluation& evaluation,
                   const std::optional<base::Json>& fallback = std::nullopt,
                   std::optional<FlagType> type = std::nullopt);

}  // namespace trunkline::flags
