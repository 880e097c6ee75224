#include "flags/references/stale.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/agents.h"
#include "flags/ctl/code.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/flag_input.h"

namespace trunkline::flags {
namespace {

using base::Result;

struct StaleOptions {
  FlagInput flags;
  std::optional<std::string> code;
  AgentsOptions agents;
  bool fail_on_expired = false;
  bool json = false;
};

Result<std::vector<Reference>> find_references(const FlagSet& set, const std::string& folder) {
  std::vector<std::string> keys;
  for (const Flag& flag : set.flags()) keys.push_back(flag.key);
  TRY_ASSIGN(CodeRepository code, open_code(folder));
  TRY_ASSIGN(const auto files, search_code(code, keys));
  return code.references(files);
}

// What agents have been asked for.
struct Evaluations {
  std::set<std::string> keys;
  base::WallTime since;  // all of them have counted from here on
  size_t agents = 0;
};

// An agent that does not answer is an error: a flag that only it is asked for would be taken for a dead one.
Result<Evaluations> read_evaluations(const AgentsOptions& options) {
  TRY_ASSIGN(const auto answers, ask_agents(options, "/v1/evaluations", {}));
  Evaluations evaluations{.keys = {}, .since = {}, .agents = answers.size()};
  for (const AgentAnswer& answer : answers) {
    if (!answer.body) {
      return base::fail(answer.body.error().kind, fmt::format("{}: {}", answer.url, answer.body.error().message));
    }
    TRY_ASSIGN(const base::WallTime since, base::parse_iso8601(base::string_or(*answer.body, "since")));
    evaluations.since = std::max(evaluations.since, since);
    const base::Json* flags = base::find(*answer.body, "flags");
    if (flags == nullptr || !flags->is_object()) continue;
    for (const auto& member : flags->get_object()) evaluations.keys.emplace(member.key());
  }
  return evaluations;
}

std::string metadata_text(const Flag& flag, std::string_view name) {
  const auto* value = flag.metadata.if_contains(name);
  if (value == nullptr) return "";
  return value->is_string() ? std::string(value->get_string()) : base::to_text(*value);
}

std::string reason_text(const StaleFlag& stale, StaleFlag::Why why, const Evaluations& evaluations) {
  switch (why) {
    case StaleFlag::Why::expired:
      return fmt::format("expired {} day{} ago ({})", stale.days_over, stale.days_over == 1 ? "" : "s",
                         metadata_text(*stale.flag, "expires"));
    case StaleFlag::Why::bad_date:
      return fmt::format("expires is no day: {}", metadata_text(*stale.flag, "expires"));
    case StaleFlag::Why::rolled_out:
      return fmt::format("everybody has {}", only_variant(*stale.flag));
    case StaleFlag::Why::unreferenced:
      return "no code names it";
    case StaleFlag::Why::unevaluated:
      return fmt::format("{} agent{} not asked for it since {}", evaluations.agents,
                         evaluations.agents == 1 ? " was" : "s were",
                         base::to_iso8601(evaluations.since).substr(0, 16) + "Z");
  }
  return "";
}

void print_text(const StaleFlag& stale, const std::vector<Reference>& references, const Evaluations& evaluations) {
  std::string reasons;
  for (const auto why : stale.why) reasons += (reasons.empty() ? "" : "; ") + reason_text(stale, why, evaluations);
  std::string line = fmt::format("{}: {}", stale.flag->key, reasons);
  for (const char* name : {"owner", "ticket"}) {
    const std::string value = metadata_text(*stale.flag, name);
    if (!value.empty()) line += fmt::format(", {} {}", name, value);
  }
  base::cli::print(line + "\n");
  for (const Reference& reference : references) {
    if (reference.key != stale.flag->key) continue;
    base::cli::print(fmt::format("  {}  ({})\n", place_of(reference), change_of(reference)));
  }
}

void print_object(const StaleFlag& stale, const std::vector<Reference>& references, bool looked) {
  base::JsonArray reasons, places;
  for (const auto why : stale.why) reasons.push_back(boost::json::string(to_string(why)));
  base::JsonObject json{{"key", boost::json::string(stale.flag->key)}, {"reasons", std::move(reasons)}};
  if (stale.days_over > 0) json["expired_days"] = stale.days_over;
  for (const char* name : {"owner", "ticket", "expires"}) {
    const std::string value = metadata_text(*stale.flag, name);
    if (!value.empty()) json[name] = boost::json::string(value);
  }
  for (const Reference& reference : references) {
    if (reference.key == stale.flag->key) places.push_back(to_json(reference));
  }
  if (looked) json["references"] = std::move(places);
  base::cli::print_json(json);
}

Result<int> stale(const StaleOptions& options) {
  TRY_ASSIGN(const FlagSet set, read_flags(options.flags));
  std::vector<Reference> references;
  StaleEvidence evidence;
  if (options.code) {
    TRY_ASSIGN(references, find_references(set, *options.code));
    evidence.referenced.emplace();
    for (const Reference& reference : references) evidence.referenced->insert(reference.key);
  }
  Evaluations evaluations;
  if (!options.agents.urls.empty()) {
    TRY_ASSIGN(evaluations, read_evaluations(options.agents));
    evidence.evaluated = evaluations.keys;
  }
  const auto today = std::chrono::floor<std::chrono::days>(base::system_clock().wall());
  const auto found = find_stale(set, today, evidence);
  for (const StaleFlag& each : found) {
    options.json ? print_object(each, references, options.code.has_value()) : print_text(each, references, evaluations);
  }
  if (!options.json) base::cli::print(fmt::format("{} of {} flags are stale\n", found.size(), set.flags().size()));
  const bool expired =
      std::any_of(found.begin(), found.end(), [](const StaleFlag& each) { return each.days_over > 0; });
  return options.fail_on_expired && expired ? 1 : 0;
}

}  // namespace

void add_stale(base::cli::Tool& tool) {
  auto options = std::make_shared<StaleOptions>();
  auto command = tool.command("stale", "list the flags that should be gone, and where code names them");
  add_flag_input(command, options->flags);
  command.option("--code", options->code, "DIR", "the repository that holds the code");
  add_agents_options(command, options->agents);
  command.flag("--fail-on-expired", options->fail_on_expired, "exit 1 if a flag is past its date")
      .flag("--json", options->json, "print one JSON object a flag")
      .footer("flagctl stale --code ~/src/shop --fail-on-expired")
      .action([options] { return stale(*options); });
}

}  // namespace trunkline::flags
