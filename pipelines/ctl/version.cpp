#include "pipelines/trunk/version.h"

#include <fmt/chrono.h>

#include "base/cli/terminal.h"
#include "pipelines/ctl/commands.h"

namespace trunkline::pipelines {
namespace {

base::Json json_of(const Version& version) {
  return base::JsonObject{{"version", to_string(version)},
                          {"date", fmt::format("{:%Y-%m-%d}", version.date)},
                          {"count", version.count},
                          {"commit", version.commit},
                          {"dirty", version.dirty}};
}

// A folder that is named and holds no repository makes the request wrong.
base::Result<base::Repository> open_repository(const std::string& folder) {
  auto repository = base::Repository::open(folder);
  if (repository || repository.error().kind != base::Kind::not_found) return repository;
  return base::fail(base::Kind::usage, repository.error().message);
}

}  // namespace

void add_version(base::cli::Tool& tool) {
  struct Options {
    std::string repository = ".";
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("version", "print the version of the commit that is checked out");
  command.option("--repo", options->repository, "DIR", "the repository, or a folder in it");
  command.flag("--json", options->json, "print a JSON object");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const base::Repository repository, open_repository(options->repository));
    TRY_ASSIGN(const Version version, version_of(repository));
    if (options->json) {
      base::cli::print_json(json_of(version));
    } else {
      base::cli::print(to_string(version) + "\n");
    }
    return 0;
  });
}

}  // namespace trunkline::pipelines
