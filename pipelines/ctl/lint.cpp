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

struct File {
  std::string name;
  std::string text;
};

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

// Reads them all before the first finding is printed.
base::Result<std::vector<File>> read_all(const std::vector<std::string>& names) {
  std::vector<File> files;
  for (const std::string& name : names) {
    auto text = base::read_file(name);
    if (!text) return base::fail(base::Kind::usage, text.error().message, text.error().where);
    files.push_back({name, std::move(*text)});
  }
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

size_t check(const File& file, bool json) {
  const std::vector<Finding> findings = lint(file.text, file.name);
  for (const Finding& finding : findings) {
    if (json) {
      base::cli::print_json(json_of(finding));
    } else {
      base::cli::print(to_string(finding) + "\n");
    }
  }
  return findings.size();
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
    TRY_ASSIGN(const std::vector<File> files, read_all(names));
    size_t findings = 0;
    for (const File& file : files) findings += check(file, options->json);
    const std::string checked = count(files.size(), "file");
    if (!options->json && findings == 0) base::cli::print(checked + ", nothing to say\n");
    if (!options->json && findings > 0)
      base::cli::print(fmt::format("{} in {}\n", count(findings, "finding"), checked));
    return findings == 0 ? 0 : 1;
  });
}

}  // namespace trunkline::pipelines
