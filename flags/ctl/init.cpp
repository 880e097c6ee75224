#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;

struct InitOptions {
  ChangeOptions change;
  bool bare = false;
};

// A dry run makes no repository: a passing one stands for it.
Result<FlagRepository> open_or_make(const InitOptions& options, const std::optional<base::TempFolder>& passing) {
  FlagPlace place = options.change.place;
  if (passing && !FlagRepository::open(place)) place.repository = passing->path().string();
  return FlagRepository::open_or_make(std::move(place), options.bare);
}

Result<int> init(const InitOptions& options) {
  const FlagPlace& place = options.change.place;
  if (place.repository.empty()) return base::fail(Kind::usage, "expected --repo DIR|URL (or TRUNKLINE_FLAGS_REPO)");
  const auto local = base::local_path(place.repository);
  if (options.bare && !local) return base::fail(Kind::usage, "--bare: a remote repository is made on its own host");
  std::optional<base::TempFolder> passing;
  if (options.change.commit.dry_run) {
    TRY_ASSIGN(base::TempFolder folder, base::TempFolder::make("flagctl"));
    passing.emplace(std::move(folder));
  }
  TRY_ASSIGN(FlagRepository repository, open_or_make(options, passing));
  TRY_ASSIGN(const ChangeResult result, repository.add_file(commit_options(options.change)));
  if (options.change.json) {
    base::JsonObject json{{"path", boost::json::string(place.path)}};
    if (result.commit) json["commit"] = boost::json::string(*result.commit);
    json["pushed"] = result.pushed;
    if (!result.commit) json["diff"] = boost::json::string(result.diff);
    base::cli::print_json(json);
  } else if (result.commit) {
    base::cli::print(fmt::format("{}: added to {} in commit {}{}\n", place.path, base::without_user(place.repository),
                                 result.commit->substr(0, 12), result.pushed ? ", pushed" : ""));
  } else {
    base::cli::print(result.diff);
  }
  return 0;
}

}  // namespace

void add_init(base::cli::Tool& tool) {
  auto options = std::make_shared<InitOptions>();
  auto command = tool.command("init", "add an empty flag file to a repository, which is made if there is none");
  command.flag("--bare", options->bare, "make a repository without a work tree, to be shared");
  add_change_options(command, options->change);
  command.footer("flagctl init --repo ./flags.git --bare").action([options] { return init(*options); });
}

}  // namespace trunkline::flags
