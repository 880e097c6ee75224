#include "flags/ctl/options.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/core/text.h"
#include "flags/ctl/caveat.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

// Who would get another variant of the flags that a dry run changes.
struct Effect {
  std::vector<EvaluationContext> contexts;
  std::vector<VariantChange> changes;
};

base::Result<Effect> effect_of(const ChangeResult& result, const ChangeOptions& options) {
  TRY_ASSIGN(Effect effect,
             read_contexts(options.contexts).map([](auto contexts) { return Effect{std::move(contexts), {}}; }));
  TRY_ASSIGN(const FlagSet before, parse_flag_set(result.before, options.place.path));
  TRY_ASSIGN(const FlagSet after, parse_flag_set(result.after, options.place.path));
  const base::WallTime now = base::system_clock().wall();
  for (const FlagChange& change : result.changes) {
    for (auto& each : compare(before, after, change.key, effect.contexts, now))
      effect.changes.push_back(std::move(each));
  }
  return effect;
}

// In the order of the changes, each sentence once; changes without one have "".
base::Result<std::vector<std::string>> caveats_of(const ChangeResult& result, const std::string& file) {
  std::vector<std::string> caveats;
  TRY_ASSIGN(const FlagSet after, parse_flag_set(result.after, file));
  for (const FlagChange& change : result.changes) {
    const Flag* flag = after.find(change.key);
    std::string caveat = flag == nullptr ? "" : caveat_of(change, *flag);
    const bool is_told = std::find(caveats.begin(), caveats.end(), caveat) != caveats.end();
    caveats.push_back(is_told ? "" : std::move(caveat));
  }
  return caveats;
}

void print_change_json(const ChangeResult& result, const FlagChange& change, const std::string& caveat,
                       const std::optional<Effect>& effect) {
  base::JsonObject json{{"key", boost::json::string(change.key)}};
  if (change.from) json["from"] = *change.from;
  if (change.to) json["to"] = *change.to;
  if (result.commit) json["commit"] = boost::json::string(*result.commit);
  json["pushed"] = result.pushed;
  if (!caveat.empty()) json["warning"] = boost::json::string(caveat);
  if (effect) {
    base::JsonArray variants;
    for (const VariantChange& each : effect->changes) {
      if (each.key == change.key) variants.push_back(to_json(each, effect->contexts));
    }
    json["diff"] = boost::json::string(result.diff);
    json["variants"] = std::move(variants);
  }
  base::cli::print_json(json);
}

// What became of the flag; a definition or a rule is too long for a line.
std::string outcome(const FlagChange& change) {
  const auto text = [](const std::optional<base::Json>& value) {
    return value ? std::string(value->as_string()) : "no default";
  };
  switch (change.part) {
    case FlagChange::Part::default_variant:
      if (change.nothing()) return fmt::format("has the default {} already", text(change.to));
      [[fallthrough]];
    case FlagChange::Part::state:
      return change.nothing() ? fmt::format("is {} already", text(change.to))
                              : fmt::format("{} -> {}", text(change.from), text(change.to));
    case FlagChange::Part::targeting:
      if (change.nothing()) return change.to ? "has this rule already" : "has no rule";
      return change.to ? (change.from ? "another rule" : "a rule") : "no rule any more";
    case FlagChange::Part::whole:
      break;
  }
  if (change.nothing()) return "is so already";
  return !change.from ? "created" : change.to ? "restored" : "removed";
}

void print_changes(const ChangeResult& result, const std::vector<std::string>& caveats,
                   const std::optional<Effect>& effect) {
  if (effect && !result.diff.empty()) {
    base::cli::print(result.diff + "\n" + describe(effect->changes, effect->contexts));
    return;
  }
  for (size_t i = 0; i < result.changes.size(); ++i) {
    const FlagChange& change = result.changes[i];
    const std::string end =
        result.commit ? fmt::format(" in commit {}{}", result.commit->substr(0, 12), result.pushed ? ", pushed" : "")
        : caveats[i].empty() ? "; nothing to do"
                             : "";
    base::cli::print(fmt::format("{}{}{}{}\n", change.key, change.nothing() ? " " : ": ", outcome(change), end));
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

base::Error no_flag(const base::Json& document, const std::string& key, const std::string& file) {
  const auto keys = flag_keys(document);
  return {base::Kind::not_found,
          fmt::format("no flag \"{}\"{}", key, base::did_you_mean(key, {keys.begin(), keys.end()})),
          {file, 0, 0}};
}

void add_change_options(base::cli::Command& command, ChangeOptions& options) {
  add_place_options(command, options.place);
  command.option("--reason", options.commit.reason, "TEXT", "why, kept in the commit")
      .option("--ticket", options.commit.ticket, "ID", "the ticket, kept in the commit")
      .flag("--dry-run", options.commit.dry_run, "show the diff and who would get another variant; change nothing")
      .flag("--no-push", options.no_push, "commit in the clone only, not on its upstream")
      .flag("--json", options.json, "print the result as JSON");
  add_context_options(command, options.contexts);
}

CommitOptions commit_options(const ChangeOptions& options) {
  CommitOptions commit = options.commit;
  commit.push = !options.no_push;
  return commit;
}

base::Result<int> print_result(const ChangeResult& result, const ChangeOptions& options) {
  std::optional<Effect> effect;
  if (options.commit.dry_run) {
    TRY_ASSIGN(effect, effect_of(result, options));
  }
  TRY_ASSIGN(const std::vector<std::string> caveats, caveats_of(result, options.place.path));
  if (!options.json) print_changes(result, caveats, effect);
  bool is_unmet = false;
  for (size_t i = 0; i < caveats.size(); ++i) {
    const FlagChange& change = result.changes[i];
    if (options.json) {
      print_change_json(result, change, caveats[i], effect);
    } else if (!caveats[i].empty()) {
      fmt::print(stderr, "flagctl: warning: {}\n", caveats[i]);
    }
    is_unmet |= !caveats[i].empty() && change.part != FlagChange::Part::state;
  }
  const bool did_nothing = std::all_of(result.changes.begin(), result.changes.end(),
                                       [](const FlagChange& change) { return change.nothing(); });
  return did_nothing && is_unmet ? 1 : 0;
}

void add_edit_options(base::cli::Command& command, EditOptions& options) {
  command.positional("KEY", options.edit.key, "the flag");
  add_change_options(command, options.change);
}

base::Result<int> run_edit(const EditOptions& options) {
  TRY_ASSIGN(FlagRepository repository, open_repository(options.change.place));
  TRY_ASSIGN(const ChangeResult result, repository.change({{options.edit}, commit_options(options.change)}));
  return print_result(result, options.change);
}

}  // namespace trunkline::flags
