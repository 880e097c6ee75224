#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/agents.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;

struct OverrideOptions {
  std::string key;
  std::optional<std::string> variant;
  base::Millis ttl{0};
  bool end = false;
  bool commit = false;
  AgentsOptions agents;
  ChangeOptions change;
};

Result<> check(const OverrideOptions& options) {
  if (options.end && (options.variant || options.commit || options.ttl > base::Millis{0})) {
    return base::fail(Kind::usage, "--end takes neither a variant nor --ttl nor --commit");
  }
  if (options.end) return {};
  if (!options.variant) return base::fail(Kind::usage, "expected a VARIANT, or --end");
  if (options.ttl < std::chrono::seconds{1}) {
    return base::fail(Kind::usage, "--ttl: say for how long, e.g. --ttl 30m: an override ends by itself");
  }
  return {};
}

base::Request request_for(const OverrideOptions& options) {
  if (options.end) return {.method = "DELETE"};
  base::JsonObject body{{"variant", boost::json::string(*options.variant)},
                        {"ttl_seconds", std::chrono::ceil<std::chrono::seconds>(options.ttl).count()}};
  if (!options.change.commit.reason.empty()) body["reason"] = boost::json::string(options.change.commit.reason);
  return {.method = "PUT", .headers = {{"Content-Type", "application/json"}}, .body = base::to_text(body)};
}

base::Json to_json(const AgentAnswer& answer) {
  base::JsonObject json{{"agent", boost::json::string(answer.url)}, {"ok", answer.body.has_value()}};
  if (answer.body) {
    json["override"] = *answer.body;
  } else {
    json["error"] = boost::json::string(answer.body.error().message);
  }
  return json;
}

void print_answers(const OverrideOptions& options, const std::vector<AgentAnswer>& answers) {
  if (options.change.json) {
    for (const AgentAnswer& answer : answers) base::cli::print_json(to_json(answer));
    return;
  }
  for (const AgentAnswer& answer : answers) {
    const std::string outcome =
        !answer.body  ? answer.body.error().message
        : options.end ? "ended"
                      : fmt::format("{} until {}", *options.variant, base::string_or(*answer.body, "until"));
    base::cli::print(fmt::format("{}: {}: {}\n", answer.url, options.key, outcome));
  }
}

// Everybody gets the variant, with no end.
Result<int> commit_it(const OverrideOptions& options) {
  TRY_ASSIGN(FlagRepository repository, open_repository(options.change.place));
  const std::vector<Edit> edits = {{options.key, SetTargeting{nullptr}}, {options.key, SetDefault{*options.variant}}};
  TRY_ASSIGN(const ChangeResult result, repository.change({edits, commit_options(options.change)}));
  return print_result(result, options.change);
}

void offer_commit(const OverrideOptions& options) {
  if (options.change.json) return;
  base::cli::print(
      fmt::format("It ends by itself. To keep it, commit it: the same with --commit, or\n"
                  "  flagctl target {0} --clear && flagctl set {0} {1}\n",
                  options.key, *options.variant));
}

Result<int> run_override(const OverrideOptions& options) {
  TRY(check(options));
  TRY_ASSIGN(const auto answers,
             ask_agents(options.agents, "/v1/overrides/" + base::percent_encode(options.key), request_for(options)));
  print_answers(options, answers);
  const auto failed =
      std::count_if(answers.begin(), answers.end(), [](const AgentAnswer& answer) { return !answer.body; });
  int code = 0;
  if (options.commit) {
    TRY_ASSIGN(code, commit_it(options));
  } else if (!options.end && failed == 0) {
    offer_commit(options);
  }
  if (failed == 0) return code;
  return base::fail(Kind::unavailable, fmt::format("{} of {} agents did not take it", failed, answers.size()));
}

}  // namespace

void add_override(base::cli::Tool& tool) {
  auto options = std::make_shared<OverrideOptions>();
  auto command = tool.command("override", "put a variant in force for everybody, at once and for a while, without git");
  command.positional("KEY", options->key, "the flag")
      .positional("VARIANT", options->variant, "the variant that everybody gets")
      .option("--ttl", options->ttl, "TIME", "how long, e.g. 30m; at most 7d")
      .flag("--end", options->end, "take an override back before its time")
      .flag("--commit", options->commit, "make it last: commit it to the repository as well");
  add_agents_options(command, options->agents);
  add_place_options(command, options->change.place);
  command.option("--reason", options->change.commit.reason, "TEXT", "why; every agent and the commit keep it")
      .option("--ticket", options->change.commit.ticket, "ID", "the ticket, kept in the commit")
      .flag("--json", options->change.json, "print a line for each agent, and the commit, as JSON")
      .footer(
          "flagctl override new-page off --ttl 30m --agents http://10.0.0.1:8016 http://10.0.0.2:8016 "
          "--token-file ops.token --reason \"errors rise\"")
      .action([options] { return run_override(*options); });
}

}  // namespace trunkline::flags
