#include "pipelines/workflow/lint.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "base/git/repository.h"
#include "pipelines/ctl/commands.h"

namespace trunkline::pipelines {
namespace fs = std::filesystem;
namespace {

// .github/workflows/*.yml and *.yaml of the repository that we stand in, as seen from here, by name.
base::Result<std::vector<std::string>> find_workflows() {
  const auto repository = base::Repository::open(".");
  if (!repository || repository->work_tree().empty()) {
    return base::fail(base::Kind::usage, "this is no work tree of a git repository: name the files to check");
  }
  std::error_code code;
  const fs::path folder = fs::proximate(repository->work_tree() / ".github/workflows", code);
  std::vector<std::string> files;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    const fs::path extension = entry->path().extension();
    if (extension == ".yml" || extension == ".yaml") files.push_back(entry->path().string());
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    return base::fail(base::system_error(fmt::format("read {}", folder.string()), code.value()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

base::Json json_of(const Finding& finding) {
  return base::JsonObject{{"rule", to_string(finding.rule)}, {"severity", to_string(finding.severity)},
                          {"file", finding.where.file},      {"line", finding.where.line},
                          {"column", finding.where.column},  {"message", finding.message}};
}

std::string count(size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

struct Tally {
  size_t findings = 0;
  size_t checked = 0;
  size_t unreadable = 0;
};

void check(const std::string& name, bool json, Tally& tally) {
  const auto text = base::read_file(name);
  if (!text) {
    base::cli::print_error("pipelines", text.error());
    ++tally.unreadable;
    return;
  }
  ++tally.checked;
  for (const Finding& finding : lint(*text, name)) {
    ++tally.findings;
    if (json) {
      base::cli::print_json(json_of(finding));
    } else {
      base::cli::print(to_string(finding) + "\n");
    }
  }
}

void print_summary(const Tally& tally) {
  const std::string checked = count(tally.checked, "file");
  if (tally.findings > 0) {
    base::cli::print(fmt::format("{} in {}\n", count(tally.findings, "finding"), checked));
  } else if (tally.unreadable == 0) {
    base::cli::print(checked + ", nothing to say\n");
  }
}

}  // namespace

void add_lint(base::cli::Tool& tool) {
  struct Options {
    std::vector<std::string> files;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("lint", "check workflow files; exit 1 if there is something to say");
  command.positional("file", options->files, "workflow files; without any, .github/workflows of this repository");
  command.flag("--json", options->json, "print one JSON object a finding");
  command.action([options]() -> base::Result<int> {
    std::vector<std::string> names = options->files;
    if (names.empty()) {
      TRY_ASSIGN(names, find_workflows());
    }
    Tally tally;
    for (const std::string& name : names) check(name, options->json, tally);
    if (!options->json) print_summary(tally);
    if (tally.unreadable > 0) return base::exit_code(base::Kind::usage);
    return tally.findings == 0 ? 0 : 1;
  });
}

}  // namespace trunkline::pipelines
