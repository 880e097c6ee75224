#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"
#include "flags/definition/yaml/flag_document.h"
#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Result;

struct EvalOptions {
  FlagPlace place;
  std::string key;
  std::optional<std::string> file;
  std::string context = "{}";
  std::optional<std::string> type;
  std::optional<std::string> fallback;
  bool fail = false;
  bool json = false;
};

// A file that the command line names: one that is not there makes the request wrong.
Result<std::string> read_named(const std::string& file) {
  auto text = base::read_file(file);
  if (text || text.error().kind != Kind::not_found) return text;
  return base::fail(Kind::usage, text.error().message);
}

Result<FlagSet> read_set(const EvalOptions& options) {
  if (options.file) {
    TRY_ASSIGN(const std::string text, read_named(*options.file));
    return parse_flag_set(text, *options.file);
  }
  if (options.place.repository.empty()) {
    return base::fail(Kind::usage, "expected --flags FILE or --repo DIR|URL (or TRUNKLINE_FLAGS_REPO)");
  }
  TRY_ASSIGN(FlagRepository repository, open_repository(options.place));
  TRY_ASSIGN(const FlagFile file, repository.read());
  return parse_flag_set(file.text, options.place.path);
}

Result<EvaluationContext> read_context(const std::string& argument) {
  std::string text = argument;
  std::string name = "--context";
  if (argument.starts_with('@')) {
    name = argument.substr(1);
    TRY_ASSIGN(text, read_named(name));
  }
  TRY_ASSIGN(Json json, base::parse_json(text, name));
  return context_from_json(std::move(json));
}

FlagType type_of(const std::string& name) {
  if (name == "boolean") return FlagType::boolean;
  if (name == "string") return FlagType::string;
  if (name == "integer") return FlagType::integer;
  return name == "float" ? FlagType::floating : FlagType::object;
}

std::string line_of(const std::string& key, const Evaluation& answer, const std::optional<Json>& fallback) {
  const std::string value = answer.value != nullptr ? base::to_text(*answer.value)
                            : fallback              ? base::to_text(*fallback)
                                                    : "(no value)";
  std::string how{to_string(answer.reason)};
  if (!answer.variant.empty()) how += fmt::format(", variant {}", answer.variant);
  if (answer.error_code) how += fmt::format(", {}", to_string(*answer.error_code));
  return fmt::format("{} = {} ({})\n", key, value, how);
}

Result<int> eval(const EvalOptions& options) {
  std::optional<Json> fallback;
  if (options.fallback) {
    TRY_ASSIGN(fallback, base::parse_json(*options.fallback, "--default"));
  }
  TRY_ASSIGN(const EvaluationContext context, read_context(options.context));
  TRY_ASSIGN(const FlagSet set, read_set(options));
  for (const base::Error& problem : set.problems()) base::cli::print_error("flagctl", problem);
  const base::WallTime now = base::system_clock().wall();
  const Evaluation answer = options.type ? evaluate(set, options.key, type_of(*options.type), context, now)
                                         : evaluate(set, options.key, context, now);
  if (options.json) {
    base::cli::print_json(to_json(options.key, answer, fallback));
  } else {
    base::cli::print(line_of(options.key, answer, fallback));
  }
  return options.fail && answer.error_code ? 1 : 0;
}

}  // namespace

void add_eval(base::cli::Tool& tool) {
  auto options = std::make_shared<EvalOptions>();
  auto command = tool.command("eval", "evaluate a flag for a context");
  command.positional("KEY", options->key, "the flag")
      .option("--flags", options->file, "FILE", "a flag file, instead of a repository");
  add_place_options(command, options->place);
  command.option("--context", options->context, "JSON|@FILE", "whom to evaluate for, targetingKey included")
      .option("--type", options->type, "TYPE", "what the caller expects")
      .one_of({"boolean", "string", "integer", "float", "object"})
      .option("--default", options->fallback, "JSON", "the caller's default")
      .flag("--fail", options->fail, "exit 1 where the answer is an error")
      .flag("--json", options->json, "print the answer as JSON")
      .action([options] { return eval(*options); });
}

}  // namespace trunkline::flags
