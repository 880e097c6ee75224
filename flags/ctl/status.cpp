#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/agent_status.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/commit_text.h"
#include "flags/ctl/options.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Result;

struct StatusOptions {
  FlagPlace place;
  AgentsOptions agents;
  bool json = false;
};

struct Status {
  FlagPlace place;
  std::string tip;
  base::CommitInfo last_change;
  FlagSet set;
  std::optional<CloneState> clone;
  bool uncommitted = false;
};

Result<Status> read_status(const FlagPlace& place) {
  TRY_ASSIGN(FlagRepository repository, open_repository(place));
  Status status;
  status.place = place;
  TRY_ASSIGN(FlagFile file, repository.read());
  status.tip = std::move(file.commit);
  TRY_ASSIGN(status.set, parse_flag_set(file.text, place.path));
  TRY_ASSIGN(status.last_change, repository.last_change());
  TRY_ASSIGN(status.clone, repository.clone_state());
  TRY_ASSIGN(const bool clean, repository.is_clean());
  status.uncommitted = !clean;
  return status;
}

template <typename Test>
std::vector<std::string> keys_where(const FlagSet& set, Test&& test) {
  std::vector<std::string> keys;
  for (const Flag& flag : set.flags()) {
    if (test(flag)) keys.push_back(flag.key);
  }
  return keys;
}

// What the numbers of the answer count.
struct Groups {
  std::vector<std::string> disabled, with_rules, broken, expired;
};

Groups groups_of(const FlagSet& set, base::WallTime now) {
  const std::string today = base::to_iso8601(now).substr(0, 10);
  const auto is_past = [&](const Flag& flag) {
    const auto* expires = flag.metadata.if_contains("expires");
    return expires != nullptr && expires->is_string() && std::string_view(expires->get_string()) < today;
  };
  return {keys_where(set, [](const Flag& flag) { return !flag.enabled; }),
          keys_where(set, [](const Flag& flag) { return flag.rule.has_value(); }),
          keys_where(set, [](const Flag& flag) { return flag.broken; }), keys_where(set, is_past)};
}

Json clone_json(const CloneState& clone) {
  base::JsonObject json{{"url", boost::json::string(base::without_user(clone.upstream.url))},
                        {"branch", boost::json::string(clone.upstream.branch)}};
  if (clone.distance) {
    json["ahead"] = clone.distance->ahead;
    json["behind"] = clone.distance->behind;
  }
  return json;
}

base::JsonObject as_json(const Status& status, const Groups& groups) {
  base::JsonObject json{{"repository", boost::json::string(base::without_user(status.place.repository))},
                        {"branch", boost::json::string(status.place.branch)},
                        {"commit", boost::json::string(status.tip)},
                        {"path", boost::json::string(status.place.path)},
                        {"last_change", to_json(status.last_change)},
                        {"flags", status.set.flags().size()},
                        {"disabled", to_json(groups.disabled)},
                        {"with_rules", to_json(groups.with_rules)},
                        {"broken", to_json(groups.broken)},
                        {"expired", to_json(groups.expired)}};
  base::JsonArray problems;
  for (const base::Error& problem : status.set.problems()) {
    problems.push_back(boost::json::string(base::to_string(problem)));
  }
  json["problems"] = std::move(problems);
  if (status.clone) json["upstream"] = clone_json(*status.clone);
  json["uncommitted"] = status.uncommitted;
  return json;
}

std::string clone_line(const CloneState& clone) {
  const std::string of = fmt::format("branch {} of {}", clone.upstream.branch, base::without_user(clone.upstream.url));
  if (!clone.distance) return of + ", never seen yet";
  if (clone.distance->ahead == 0 && clone.distance->behind == 0) return "even with " + of + ", as last seen";
  return fmt::format("{} ahead, {} behind {}, as last seen", clone.distance->ahead, clone.distance->behind, of);
}

void print_as_text(const Status& status, const Groups& groups, base::WallTime now) {
  const base::CommitInfo& last = status.last_change;
  std::string out =
      fmt::format("{} on branch {} at {}\n", status.place.path, status.place.branch, status.tip.substr(0, 12));
  out += fmt::format("last change: {} ago by {} in {}: {}\n", age_of(last, now), last.author.name,
                     last.id.substr(0, 12), summary_of(last));
  out += fmt::format("flags: {}; disabled: {}; with rules: {}; broken: {}; past their date: {}\n",
                     status.set.flags().size(), groups.disabled.size(), groups.with_rules.size(), groups.broken.size(),
                     groups.expired.size());
  if (!groups.broken.empty()) out += fmt::format("broken: {}\n", fmt::join(groups.broken, ", "));
  if (!groups.expired.empty()) out += fmt::format("past their date: {}\n", fmt::join(groups.expired, ", "));
  for (const base::Error& problem : status.set.problems()) out += fmt::format("problem: {}\n", to_string(problem));
  if (status.clone) out += fmt::format("clone: {}\n", clone_line(*status.clone));
  if (status.uncommitted) out += "the file in the work tree has changes that are not committed\n";
  base::cli::print(out);
}

// What the agents serve, beside the repository if one is named.
Result<int> status(const StatusOptions& options) {
  base::JsonObject json;
  std::string tip;
  const base::WallTime now = base::system_clock().wall();
  if (!options.place.repository.empty() || options.agents.urls.empty()) {
    TRY_ASSIGN(const Status status, read_status(options.place));
    const Groups groups = groups_of(status.set, now);
    options.json ? void(json = as_json(status, groups)) : print_as_text(status, groups, now);
    tip = status.tip;
  }
  bool all_well = true;
  if (!options.agents.urls.empty()) {
    TRY_ASSIGN(const std::vector<AgentStatus> agents, read_agent_status(options.agents));
    all_well = std::all_of(agents.begin(), agents.end(), [](const AgentStatus& agent) { return agent.is_well(); });
    options.json ? void(json["agents"] = to_json(agents)) : base::cli::print(describe(agents, tip, now));
  }
  if (options.json) base::cli::print_json(json);
  return all_well ? 0 : 1;
}

}  // namespace

void add_status(base::cli::Tool& tool) {
  auto options = std::make_shared<StatusOptions>();
  auto command =
      tool.command("status", "tell what the repository holds, how it stands to its upstream and what agents serve");
  add_place_options(command, options->place);
  add_agents_options(command, options->agents);
  command.flag("--json", options->json, "print it as JSON")
      .footer(
          "flagctl status --repo ./flags\n"
          "flagctl status --agents http://10.0.0.1:8016 http://10.0.0.2:8016")
      .action([options] { return status(*options); });
}

}  // namespace trunkline::flags
