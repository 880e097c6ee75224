#include "flags/ctl/explain.h"

#include <fmt/format.h>

namespace trunkline::flags {
namespace {

constexpr size_t kWidest = 100;

// Cut between characters, never inside of one.
std::string shortened(const base::Json& json) {
  std::string text = base::to_text(json);
  if (text.size() <= kWidest) return text;
  size_t end = kWidest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string error_sentence(const FlagSet& set, std::string_view key, const Evaluation& answer) {
  const Flag* flag = set.find(key);
  if (flag == nullptr) return "there is no such flag";
  if (flag->broken) return "the flag is broken, see the errors above";
  switch (*answer.error_code) {
    case ErrorCode::type_mismatch:
      return "the variant's value has another type than the one that was asked for";
    case ErrorCode::parse_error:
      return "the rule cannot be evaluated within the limits of work and memory";
    default:
      return flag->rule ? "the rule's result names no variant" : "the default variant is none of the variants";
  }
}

std::string sentence(const FlagSet& set, std::string_view key, const Evaluation& answer) {
  switch (answer.reason) {
    case Reason::statically:
      return "the flag has no rule: the default variant";
    case Reason::by_default:
      return set.find(key)->rule ? "the rule's result is null: the default variant, or without one the caller's default"
                                 : "the flag has neither a rule nor a default variant: the caller's default";
    case Reason::targeting_match:
      return "the rule chose the variant";
    case Reason::disabled:
      return "the flag is disabled: the caller's default";
    case Reason::error:
      return error_sentence(set, key, answer);
  }
  return "";
}

}  // namespace

std::string explanation(const FlagSet& set, std::string_view key, const Evaluation& answer, const Trace& trace) {
  std::string text = fmt::format("because {}\n", sentence(set, key, answer));
  for (const Trace::Step& step : trace.steps) {
    const std::string indent(2 * static_cast<size_t>(step.depth) + 2, ' ');
    text += fmt::format("{}{}  =>  {}\n", indent, shortened(step.rule), shortened(step.value));
  }
  return text;
}

base::Json explanation_json(const Trace& trace) {
  base::JsonArray steps;
  for (const Trace::Step& step : trace.steps) {
    steps.push_back({{"depth", step.depth}, {"rule", step.rule}, {"value", step.value}});
  }
  return steps;
}

}  // namespace trunkline::flags
