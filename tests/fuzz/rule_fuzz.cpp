#include "flags/evaluation/rule_engine.h"

namespace {

using namespace trunkline;

base::Json run(const flags::Rule& rule, const base::Json& data) {
  const flags::EvaluationContext context{.targeting_key = "ada", .attributes = data};
  flags::RuleEngine engine("flag", context, {});
  return engine.copy(engine.run_on(rule, data)).value_or("failed");
}

}  // namespace

// A rule, a line feed, and what it sees: compiled, printed and compiled again it gives the same value.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, size_t size) {
  if (size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const size_t line = text.find('\n');
  const auto json = base::parse_json(text.substr(0, line));
  if (!json) return 0;
  const auto read = line == std::string_view::npos ? base::parse_json("{}") : base::parse_json(text.substr(line + 1));
  const base::Json data = read ? *read : base::Json(base::JsonObject{{"a", 1}, {"l", {1, "x", nullptr}}});
  const auto rule = flags::compile_rule(*json);
  if (!rule) return 0;
  const auto again = flags::compile_rule(to_json(*rule));
  if (!again || base::to_text(run(*rule, data)) != base::to_text(run(*again, data))) __builtin_trap();
  return 0;
}
