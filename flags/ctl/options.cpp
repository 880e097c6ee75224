#include "flags/ctl/options.h"

#include <fmt/format.h>

#include "base/cli/terminal.h"

namespace trunkline::flags {
namespace {

void print_change_json(const ChangeResult& result, bool dry_run) {
  base::JsonObject json{{"key", boost::json::string(result.change.key)}};
  if (result.change.from) json["from"] = *result.change.from;
  if (result.change.to) json["to"] = *result.change.to;
  if (result.commit) json["commit"] = boost::json::string(*result.commit);
  json["pushed"] = result.pushed;
  if (dry_run) json["diff"] = boost::json::string(result.diff);
  base::cli::print_json(json);
}

std::string word(const std::optional<base::Json>& value) {
  if (!value) return "nothing";
  return value->is_string() ? std::string(value->get_string()) : base::to_text(*value);
}

void print_change(const ChangeResult& result, bool dry_run) {
  const FlagChange& change = result.change;
  if (change.nothing()) {
    base::cli::print(fmt::format("{} is {} already; nothing to do\n", change.key, word(change.to)));
  } else if (dry_run) {
    base::cli::print(result.diff);
  } else {
    base::cli::print(fmt::format("{}: {} -> {} in commit {}{}\n", change.key, word(change.from), word(change.to),
                                 result.commit->substr(0, 12), result.pushed ? ", pushed" : ""));
  }
}

}  // namespace

void add_place_options(base::cli::Command& command, FlagPlace& place) {
  command.option("--repo", place.repository, "DIR|URL", "the git repository that holds the flags")
      .environment("TRUNKLINE_FLAGS_REPO")
      .option("--branch", place.branch, "BRANCH", "the branch that is read and changed")
      .option("--path", place.path, "FILE", "the flag file in the repository");
}

base::Result<FlagRepository> open_repository(const FlagPlace& place) {
  if (place.repository.empty()) {
    return base::fail(base::Kind::usage, "expected --repo DIR|URL (or TRUNKLINE_FLAGS_REPO)");
  }
  auto repository = FlagRepository::open(place);
  if (repository || repository.error().kind != base::Kind::not_found) return repository;
  return base::fail(base::Kind::usage, repository.error().message);
}

void add_change_options(base::cli::Command& command, ChangeOptions& options) {
  command.positional("KEY", options.request.edit.key, "the flag");
  add_place_options(command, options.place);
  command.option("--reason", options.request.reason, "TEXT", "why, kept in the commit")
      .option("--ticket", options.request.ticket, "ID", "the ticket, kept in the commit")
      .flag("--dry-run", options.request.dry_run, "show the diff and change nothing")
      .flag("--json", options.json, "print the result as JSON");
}

base::Result<int> run_change(const ChangeOptions& options) {
  TRY_ASSIGN(FlagRepository repository, open_repository(options.place));
  TRY_ASSIGN(const ChangeResult result, repository.change(options.request));
  options.json ? print_change_json(result, options.request.dry_run) : print_change(result, options.request.dry_run);
  return 0;
}

}  // namespace trunkline::flags
