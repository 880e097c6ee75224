#include "flags/lint/lint.h"

#include <fmt/format.h>
#include <memory>
#include <unistd.h>

#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "flags/ctl/commands.h"

namespace trunkline::flags {
namespace {

struct LintOptions {
  std::vector<std::string> files;
  bool strict = false;
  bool json = false;
};

struct Tally {
  size_t files = 0;
  size_t unreadable = 0;
  size_t errors = 0;
  size_t warnings = 0;
};

base::Json json_of(const Finding& finding) {
  return base::JsonObject{{"rule", finding.rule},           {"severity", to_string(finding.severity)},
                          {"file", finding.where.file},     {"line", finding.where.line},
                          {"column", finding.where.column}, {"message", finding.message}};
}

std::string painted(const Finding& finding, bool colour) {
  std::string line = to_string(finding) + "\n";
  if (!colour) return line;
  using base::cli::Colour;
  const bool error = finding.severity == Severity::error;
  const std::string word = fmt::format(" {}: ", to_string(finding.severity));
  line.replace(line.find(word), word.size(), base::cli::paint(word, error ? Colour::red : Colour::yellow, true));
  return line;
}

void check(const std::string& name, bool json, Tally& tally) {
  const auto text = base::read_file(name);
  if (!text) {
    base::cli::print_error("flagctl", text.error());
    ++tally.unreadable;
    return;
  }
  ++tally.files;
  const bool colour = base::cli::use_colour(STDOUT_FILENO);
  for (const Finding& finding : lint(*text, name)) {
    ++(finding.severity == Severity::error ? tally.errors : tally.warnings);
    if (json) {
      base::cli::print_json(json_of(finding));
    } else {
      base::cli::print(painted(finding, colour));
    }
  }
}

std::string count(size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

base::Result<int> lint_files(const LintOptions& options) {
  if (options.files.empty()) return base::fail(base::Kind::usage, "expected flag files to check");
  Tally tally;
  for (const std::string& name : options.files) check(name, options.json, tally);
  if (!options.json && tally.files > 0) {
    base::cli::print(fmt::format("{}: {}, {}\n", count(tally.files, "file"), count(tally.errors, "error"),
                                 count(tally.warnings, "warning")));
  }
  if (tally.unreadable > 0) return base::exit_code(base::Kind::usage);
  return tally.errors > 0 || (options.strict && tally.warnings > 0) ? 1 : 0;
}

}  // namespace

void add_lint(base::cli::Tool& tool) {
  auto options = std::make_shared<LintOptions>();
  auto command = tool.command("lint", "check flag files; exit 1 where there is an error");
  command.positional("FILE", options->files, "flag files, JSON or YAML")
      .flag("--strict", options->strict, "exit 1 for warnings too")
      .flag("--json", options->json, "print one JSON object a finding")
      .footer("flagctl lint flags/*.json --strict")
      .action([options] { return lint_files(*options); });
}

}  // namespace trunkline::flags
