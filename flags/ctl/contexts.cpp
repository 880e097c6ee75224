#include "flags/ctl/contexts.h"

#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/core/text.h"
#include "flags/ctl/input.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Result;

constexpr int64_t kMostUsers = 10'000'000;
constexpr size_t kExamples = 5;

Result<std::vector<EvaluationContext>> from_array(Json json, const std::string& file) {
  std::vector<EvaluationContext> contexts;
  for (Json& item : json.get_array()) {
    auto context = context_from_json(std::move(item));
    if (!context) {
      return base::fail(Kind::invalid, fmt::format("[{}]: expected an object", contexts.size()), {file, 0, 0});
    }
    contexts.push_back(*std::move(context));
  }
  return contexts;
}

Result<std::vector<EvaluationContext>> from_lines(const std::string& text, const std::string& file) {
  std::vector<EvaluationContext> contexts;
  int number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    if (base::trim(line).empty()) continue;
    TRY_ASSIGN(Json json, parse_line(line, {file, number, 0}));
    auto context = context_from_json(std::move(json));
    if (!context) return base::fail(Kind::invalid, context.error().message, {file, number, 1});
    contexts.push_back(*std::move(context));
  }
  return contexts;
}

Result<std::vector<EvaluationContext>> made_up(const ContextOptions& options) {
  if (options.population < 1 || options.population > kMostUsers) {
    return base::fail(Kind::usage, fmt::format("--population: expected 1 to {}", kMostUsers));
  }
  TRY_ASSIGN(const EvaluationContext base, read_context_argument(options.context));
  std::vector<EvaluationContext> contexts(static_cast<size_t>(options.population), base);
  for (size_t i = 0; i < contexts.size(); ++i) contexts[i].targeting_key = fmt::format("user-{}", i + 1);
  return contexts;
}

std::string name_of(const EvaluationContext& context) {
  return context.targeting_key.empty() ? base::to_text(context.attributes) : context.targeting_key;
}

}  // namespace

void add_context_options(base::cli::Command& command, ContextOptions& options) {
  command.option("--contexts", options.file, "FILE", "whom to ask for: a JSON array of contexts, or one a line")
      .option("--population", options.population, "N", "without --contexts: so many made-up users, user-1, user-2 ...")
      .option("--context", options.context, "JSON|@FILE", "the attributes that the made-up users have");
}

Result<std::vector<EvaluationContext>> read_contexts(const ContextOptions& options) {
  if (!options.file) return made_up(options);
  TRY_ASSIGN(const std::string text, read_named_file(*options.file));
  if (!base::trim(text).starts_with('[')) return from_lines(text, *options.file);
  TRY_ASSIGN(Json json, base::parse_json(text, *options.file));
  return from_array(std::move(json), *options.file);
}

std::string describe(const std::vector<VariantChange>& changes, const std::vector<EvaluationContext>& contexts) {
  if (changes.empty()) return fmt::format("nobody of {} changes variant\n", contexts.size());
  std::vector<std::vector<std::string>> rows = {{"KEY", "FROM", "TO", "WHO", "SHARE", "FOR EXAMPLE"}};
  for (const VariantChange& change : changes) {
    const double share = 100.0 * static_cast<double>(change.contexts.size()) / static_cast<double>(contexts.size());
    rows.push_back({change.key, change.from, change.to, std::to_string(change.contexts.size()),
                    fmt::format("{:.2f} %", share), name_of(contexts[change.contexts.front()])});
  }
  return base::cli::format_table(rows) + fmt::format("of {} contexts\n", contexts.size());
}

Json to_json(const VariantChange& change, const std::vector<EvaluationContext>& contexts) {
  base::JsonArray examples;
  for (size_t i = 0; i < std::min(kExamples, change.contexts.size()); ++i) {
    examples.push_back(boost::json::string(name_of(contexts[change.contexts[i]])));
  }
  return {{"key", boost::json::string(change.key)},
          {"from", boost::json::string(change.from)},
          {"to", boost::json::string(change.to)},
          {"count", change.contexts.size()},
          {"examples", std::move(examples)}};
}

}  // namespace trunkline::flags
