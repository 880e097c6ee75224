#include <fmt/format.h>
#include <memory>
#include <optional>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/input.h"
#include "flags/evaluation/rule_engine.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Result;

struct LogicOptions {
  std::optional<std::string> rule;
  std::string data = "{}";
  std::optional<std::string> batch;
};

// Only fractional asks for more than the data: it hashes the flag's key and the targeting key, if the data has them.
struct Bucketing {
  explicit Bucketing(const Json& data) : context{.targeting_key = base::string_or(data, "targetingKey")} {
    const Json* injected = base::find(data, "$flagd");
    if (injected != nullptr) flag_key = base::string_or(*injected, "flagKey");
  }

  std::string flag_key;
  EvaluationContext context;
};

Result<Json> run_rule(const Json& rule, const Json& data, const base::Where& place) {
  const CompiledRule compiled = compile_rule(rule);
  if (!compiled) {
    const std::string path = fmt::format("{}", fmt::join(compiled.error().path, "."));
    return base::fail(Kind::invalid, path + ": " + compiled.error().message, place);
  }
  const Bucketing bucketing(data);
  RuleEngine engine(bucketing.flag_key, bucketing.context, base::system_clock().wall());
  const auto value = engine.copy(engine.run_on(*compiled, data));
  if (engine.failure() != nullptr) return base::fail(Kind::invalid, engine.failure(), place);
  return *value;
}

Result<Json> run_line(std::string_view line, const base::Where& place) {
  TRY_ASSIGN(const Json request, parse_line(line, place));
  const Json* rule = base::find(request, "rule");
  if (rule == nullptr) return base::fail(Kind::invalid, "expected an object with a member \"rule\"", place);
  const Json* data = base::find(request, "data");
  return run_rule(*rule, data == nullptr ? Json(nullptr) : *data, place);
}

Json answer(const Result<Json>& result) {
  if (result) return {{"result", *result}};
  return {{"error", boost::json::string(to_string(result.error()))}};
}

Result<int> logic(const LogicOptions& options) {
  if (options.batch.has_value() == options.rule.has_value()) {
    return base::fail(Kind::usage, "expected either --rule JSON|@FILE or --batch FILE");
  }
  if (options.batch) {
    const auto take = [](std::string_view line, const base::Where& place) { return answer(run_line(line, place)); };
    TRY(answer_lines(*options.batch, take));
    return 0;
  }
  TRY_ASSIGN(const Json rule, read_json_argument(*options.rule, "--rule"));
  TRY_ASSIGN(const Json data, read_json_argument(options.data, "--data"));
  TRY_ASSIGN(const Json value, run_rule(rule, data, {"--rule", 0, 0}));
  base::cli::print_json(value);
  return 0;
}

}  // namespace

void add_logic(base::cli::Tool& tool) {
  auto options = std::make_shared<LogicOptions>();
  auto command = tool.command("logic", "evaluate a targeting rule by itself");
  command.option("--rule", options->rule, "JSON|@FILE", "the rule")
      .option("--data", options->data, "JSON|@FILE", "what its vars see")
      .option("--batch", options->batch, "FILE", "one {\"rule\",\"data\"} a line (- for stdin), one answer each")
      .footer(R"(flagctl logic --rule '{"in":[{"var":"country"},["JP","DE"]]}' --data '{"country":"JP"}')")
      .action([options] { return logic(*options); });
}

}  // namespace trunkline::flags
