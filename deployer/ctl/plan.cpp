#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"
#include "deployer/plan/forecast.h"
#include "deployer/run/release.h"

namespace trunkline::deployer {
namespace {

std::string summary(const Plan& plan) {
  const Forecast seen = forecast(plan);
  std::string text = fmt::format("Bakes take {}", base::format_duration(seen.bakes));
  if (seen.longest > seen.bakes) {
    text += fmt::format(", {} at the most with extensions and waits", base::format_duration(seen.longest));
  }
  text += ".\n";
  if (!plan.from) return text + "Nothing runs yet: there is nobody to protect, and nothing to go back to.\n";
  if (plan.by_share) {
    text += fmt::format("First met by {} of users; {} more instances run beside the old ones meanwhile.\n",
                        share_text(seen.first_share), seen.more_instances);
  } else {
    text += fmt::format("First met by the users of {} of {} instances; at most {} are without users at once.\n",
                        seen.first_instances, plan.fleet, seen.most_without);
  }
  if (seen.no_instant_return) {
    text += fmt::format("From step {} on going back has to start the old revision again.\n", *seen.no_instant_return);
  }
  return text;
}

// What changes against what runs now; `details` of its configuration.
std::string changes(const Plan& plan, const std::vector<std::string>& details) {
  if (!plan.from) return "";
  const auto line = [](std::string_view what, const std::string& before, const std::string& after) {
    return before == after ? std::string() : fmt::format("  {:<9} {} -> {}\n", what, before, after);
  };
  std::string text =
      line("version", plan.from->version, plan.to.version) + line("commit", plan.from->commit, plan.to.commit) +
      line("artifact", plan.from->digest, plan.to.digest) + line("config", plan.from->config, plan.to.config);
  for (const std::string& detail : details) text += fmt::format("    {}\n", detail);
  return text.empty() ? "  nothing changes: it is what runs\n" : text;
}

base::Result<std::vector<std::string>> config_changes(const ServiceFolder& folder, const Before& stable,
                                                      const Launch& launch) {
  if (!stable.revision) return std::vector<std::string>{};
  TRY_ASSIGN(const Launch before, folder.load_launch(*stable.revision));
  return differences(before, launch);
}

std::string text_of(const Plan& plan, const std::vector<std::string>& details) {
  std::string text = fmt::format("{} in {}: {} -> {}, {}\n", plan.service, plan.environment,
                                 plan.from ? plan.from->version : "nothing", plan.to.version, plan.strategy);
  text += changes(plan, details);
  int number = 0;
  for (const Step& step : plan.steps) text += fmt::format("{:>4}  {}\n", ++number, to_string(step, plan.places));
  return text + summary(plan);
}

base::Json json_of(const Plan& plan, const std::vector<std::string>& details) {
  const Forecast seen = forecast(plan);
  base::JsonArray steps;
  for (const Step& step : plan.steps) steps.push_back(base::Json(to_string(step, plan.places)));
  base::JsonObject json{{"service", plan.service}, {"environment", plan.environment}, {"strategy", plan.strategy}};
  if (plan.from) json["from"] = to_json(*plan.from);
  json["to"] = to_json(plan.to);
  json["config_changes"] = base::JsonArray(details.begin(), details.end());
  json["max_unavailable"] = seen.most_without;
  json["more_instances"] = seen.more_instances;
  json["first_share"] = static_cast<double>(seen.first_share) / kAllUsers;
  json["bakes_ms"] = seen.bakes.count();
  json["longest_ms"] = seen.longest.count();
  if (seen.no_instant_return) json["no_instant_return"] = *seen.no_instant_return;
  json["steps"] = std::move(steps);
  return json;
}

}  // namespace

void add_plan(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    std::string file;
    std::optional<std::string> artifact;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("plan", "print the steps of a rollout; touches nothing");
  command.positional("file", options->file, "the rollout file");
  command.option("--artifact", options->artifact, "REF", "plan with this artifact (file:PATH) instead of the file's");
  options->add_state_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const Prepared prepared, prepare(options->file, options->artifact));
    const ServiceFolder folder(options->state, prepared.rollout.service);
    TRY_ASSIGN(const auto stable, folder.load_stable());
    TRY_ASSIGN(const Plan plan, compile(prepared.rollout, "plan", stable, prepared.launch.revision));
    TRY_ASSIGN(const auto details, config_changes(folder, stable, prepared.launch));
    if (options->json) {
      base::cli::print_json(json_of(plan, details));
    } else {
      base::cli::print(text_of(plan, details));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
