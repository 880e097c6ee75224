#include <filesystem>
#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/input.h"
#include "flags/definition/yaml/flag_document.h"
#include "flags/examples/examples.h"

namespace trunkline::flags {
namespace {

using base::Result;

struct TestOptions {
  std::string file;
  std::optional<std::string> flags;
  bool json = false;
};

// What --flags says, else what the file says, beside itself.
Result<std::string> flag_file(const TestOptions& options, const ExampleFile& examples) {
  if (options.flags) return *options.flags;
  if (examples.flags) return (std::filesystem::path(options.file).parent_path() / *examples.flags).string();
  return base::fail(
      base::Kind::usage,
      fmt::format("{} names no flag file: give it a member \"flags\", or use --flags FILE", options.file));
}

void print_result(const Example& example, const std::vector<std::string>& failures, bool json) {
  if (json) {
    base::JsonArray reasons;
    for (const std::string& failure : failures) reasons.push_back(boost::json::string(failure));
    base::cli::print_json({{"name", boost::json::string(example.name)},
                           {"flag", boost::json::string(example.flag)},
                           {"file", boost::json::string(example.where.file)},
                           {"line", example.where.line},
                           {"passed", failures.empty()},
                           {"failures", std::move(reasons)}});
    return;
  }
  for (const std::string& failure : failures) {
    base::cli::print(fmt::format("{}: {}: {}\n", base::to_string(example.where), example.name, failure));
  }
}

Result<int> test(const TestOptions& options) {
  TRY_ASSIGN(const std::string text, read_named_file(options.file));
  TRY_ASSIGN(const ExampleFile examples, parse_examples(text, options.file));
  TRY_ASSIGN(const std::string file, flag_file(options, examples));
  TRY_ASSIGN(const std::string flags, read_named_file(file));
  TRY_ASSIGN(const FlagSet set, parse_flag_set(flags, file));
  for (const base::Error& problem : set.problems()) base::cli::print_error("flagctl", problem);
  size_t failed = 0;
  for (const Example& example : examples.examples) {
    const auto failures = check(example, set, base::system_clock().wall());
    failed += failures.empty() ? 0 : 1;
    print_result(example, failures, options.json);
  }
  if (!options.json) {
    const size_t count = examples.examples.size();
    base::cli::print(fmt::format("{} of {} examples hold\n", count - failed, count));
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace

void add_test(base::cli::Tool& tool) {
  auto options = std::make_shared<TestOptions>();
  auto command = tool.command("test", "check flags against a file of examples; exit 1 if one does not hold");
  command.positional("FILE", options->file, "the examples, JSON or YAML")
      .option("--flags", options->flags, "FILE", "the flag file, instead of the one that FILE names")
      .flag("--json", options->json, "print one JSON object an example")
      .footer("flagctl test flags/flags.test.yaml")
      .action([options] { return test(*options); });
}

}  // namespace trunkline::flags
