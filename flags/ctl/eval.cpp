#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/explain.h"
#include "flags/ctl/flag_input.h"
#include "flags/ctl/input.h"
#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Result;

struct EvalOptions {
  FlagInput flags;
  std::optional<std::string> key;
  std::optional<std::string> set_id;
  std::string context = "{}";
  std::optional<std::string> type;
  std::optional<std::string> fallback;
  std::optional<std::string> batch;
  bool explain = false;
  bool fail = false;
  bool json = false;
};

// One question, as the command line or a line of a batch puts it.
struct Question {
  std::string key;
  std::optional<FlagType> type{};
  std::optional<Json> fallback{};
  EvaluationContext context{};
  bool bad_context = false;  // it is no object
};

Evaluation ask(const FlagSet& set, const Question& question, Trace* trace = nullptr) {
  const base::WallTime now = base::system_clock().wall();
  if (question.bad_context) {
    const Flag* flag = set.find(question.key);
    return {.error_code = ErrorCode::invalid_context, .metadata = flag == nullptr ? &set.metadata() : &flag->metadata};
  }
  return question.type ? evaluate(set, question.key, *question.type, question.context, now, trace)
                       : evaluate(set, question.key, question.context, now, trace);
}

Result<Question> parse_question(std::string_view line, const base::Where& place) {
  TRY_ASSIGN(const Json json, parse_line(line, place));
  const auto wrong = [&](const char* what) { return base::fail(Kind::invalid, what, place); };
  const Json* key = base::find(json, "key");
  if (key == nullptr || !key->is_string()) return wrong("expected an object with a member \"key\", the flag's name");
  Question question{.key = std::string(key->get_string())};
  if (const Json* type = base::find(json, "type"); type != nullptr && !type->is_null()) {
    question.type = type->is_string() ? parse_flag_type(type->get_string()) : std::nullopt;
    if (!question.type) return wrong("type: expected boolean, string, integer, float or object");
  }
  if (const Json* fallback = base::find(json, "default")) question.fallback = *fallback;
  if (const Json* context = base::find(json, "context"); context != nullptr && !context->is_null()) {
    auto read = context_from_json(*context);
    question.bad_context = !read;
    if (read) question.context = *std::move(read);
  }
  return question;
}

Json answer_line(const FlagSet& set, std::string_view line, const base::Where& place, bool& failed) {
  const auto question = parse_question(line, place);
  if (!question) {
    failed = true;
    return {{"error", boost::json::string(to_string(question.error()))}};
  }
  const Evaluation answer = ask(set, *question);
  failed = failed || answer.error_code.has_value();
  return to_json(question->key, answer, question->fallback, question->type);
}

std::string line_of(const Question& question, const Evaluation& answer) {
  const Json json = to_json(question.key, answer, question.fallback, question.type);
  const Json* value = base::find(json, "value");
  std::string how{to_string(answer.reason)};
  if (!answer.variant.empty()) how += fmt::format(", variant {}", answer.variant);
  if (answer.error_code) how += fmt::format(", {}", to_string(*answer.error_code));
  return fmt::format("{} = {} ({})\n", question.key, value == nullptr ? "(no value)" : base::to_text(*value), how);
}

Result<FlagSet> read_set(const EvalOptions& options) {
  TRY_ASSIGN(FlagSet set, read_flags(options.flags));
  return options.set_id ? set.select(*options.set_id) : std::move(set);
}

Result<int> eval_batch(const EvalOptions& options) {
  TRY_ASSIGN(const FlagSet set, read_set(options));
  bool failed = false;
  const auto take = [&](std::string_view line, const base::Where& place) {
    return answer_line(set, line, place, failed);
  };
  TRY(answer_lines(*options.batch, take));
  return options.fail && failed ? 1 : 0;
}

Result<int> eval_one(const EvalOptions& options) {
  Question question{.key = *options.key};
  if (options.type) question.type = parse_flag_type(*options.type);
  if (options.fallback) {
    TRY_ASSIGN(question.fallback, base::parse_json(*options.fallback, "--default"));
  }
  TRY_ASSIGN(question.context, read_context_argument(options.context));
  TRY_ASSIGN(const FlagSet set, read_set(options));
  Trace trace;
  const Evaluation answer = ask(set, question, options.explain ? &trace : nullptr);
  Json json = to_json(question.key, answer, question.fallback, question.type);
  if (options.json) {
    if (options.explain) json.as_object()["explanation"] = explanation_json(trace);
    base::cli::print_json(json);
  } else {
    base::cli::print(line_of(question, answer));
    if (options.explain) base::cli::print(explanation(set, question.key, answer, trace));
  }
  return options.fail && answer.error_code ? 1 : 0;
}

Result<int> eval(const EvalOptions& options) {
  if (options.batch.has_value() == options.key.has_value()) {
    return base::fail(Kind::usage, "expected either KEY or --batch FILE");
  }
  return options.batch ? eval_batch(options) : eval_one(options);
}

}  // namespace

void add_eval(base::cli::Tool& tool) {
  auto options = std::make_shared<EvalOptions>();
  auto command = tool.command("eval", "evaluate a flag for a context");
  command.positional("KEY", options->key, "the flag");
  add_flag_input(command, options->flags);
  command.option("--context", options->context, "JSON|@FILE", "whom to evaluate for, targetingKey included")
      .option("--type", options->type, "TYPE", "what the caller expects: boolean, string, integer, float or object")
      .one_of({"boolean", "string", "integer", "float", "object"})
      .option("--default", options->fallback, "JSON", "the caller's default")
      .option("--flag-set", options->set_id, "ID", "only the flags with this flagSetId")
      .option("--batch", options->batch, "FILE",
              "one {\"key\",\"type\",\"default\",\"context\"} a line (- for stdin), one answer each")
      .flag("--explain", options->explain, "show the way through the rule")
      .flag("--fail", options->fail, "exit 1 where an answer is an error")
      .flag("--json", options->json, "print the answer as JSON")
      .footer(R"(flagctl eval new-page --flags flags.json --context '{"targetingKey":"ada","tier":"gold"}' --explain)")
      .action([options] { return eval(*options); });
}

}  // namespace trunkline::flags
