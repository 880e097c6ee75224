#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/contexts.h"
#include "flags/ctl/input.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

struct DiffOptions {
  std::string before;
  std::string after;
  ContextOptions contexts;
  bool json = false;
};

base::Result<FlagSet> read_set(const std::string& file) {
  TRY_ASSIGN(const std::string text, read_named_file(file));
  TRY_ASSIGN(FlagSet set, parse_flag_set(text, file));
  for (const base::Error& problem : set.problems()) base::cli::print_error("flagctl", problem);
  return set;
}

base::Result<int> diff(const DiffOptions& options) {
  TRY_ASSIGN(const FlagSet before, read_set(options.before));
  TRY_ASSIGN(const FlagSet after, read_set(options.after));
  TRY_ASSIGN(const auto contexts, read_contexts(options.contexts));
  const auto changes = compare(before, after, contexts, base::system_clock().wall());
  if (!options.json) {
    base::cli::print(describe(changes, contexts));
    return 0;
  }
  for (const VariantChange& change : changes) base::cli::print_json(to_json(change, contexts));
  return 0;
}

}  // namespace

void add_diff(base::cli::Tool& tool) {
  auto options = std::make_shared<DiffOptions>();
  auto command = tool.command("diff", "tell who gets another variant from one flag file than from another");
  command.positional("A", options->before, "the flag file before").positional("B", options->after, "the one after");
  add_context_options(command, options->contexts);
  command.flag("--json", options->json, "print one JSON object a change")
      .footer("flagctl diff old.json new.json --population 10000")
      .action([options] { return diff(*options); });
}

}  // namespace trunkline::flags
