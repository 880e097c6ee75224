#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"
#include "deployer/look/capacity.h"
#include "deployer/look/plan_warnings.h"
#include "deployer/look/prepare.h"
#include "deployer/look/user_traffic.h"
#include "deployer/plan/forecast.h"

namespace trunkline::deployer {
namespace {

// All that `plan` prints.
struct Outlook {
  Plan plan;
  std::vector<std::string> details;  // of what changes in the configuration
  std::optional<Capacity> capacity;
  std::optional<UserTraffic> traffic;
  std::vector<std::string> warnings;
};

std::string memory_text(const Capacity& capacity) {
  return fmt::format("They take some {} MB of memory, as those that run now; {} MB are available{}.\n",
                     capacity.needed / 1'000'000, capacity.available / 1'000'000,
                     capacity.is_there() ? "" : ": `run` would refuse");
}

std::string sensitivity_text(const Plan& plan, const UserTraffic& traffic) {
  std::string text;
  for (const Sensitivity& bake : sensitivities(plan, traffic)) {
    text += fmt::format("  step {} at {}: {}\n", bake.step + 1, share_text(bake.share),
                        bake.rise ? fmt::format("errors that rise x{:.2g} or more", *bake.rise)
                                  : "too few requests to find any rise of errors");
  }
  if (text.empty()) return "";
  return fmt::format("What bakes find in 8 of 10 cases, at {:.3g} requests/s of which {:.2g} % fail now:\n{}",
                     traffic.requests_a_second, 100 * traffic.error_ratio, text);
}

std::string summary(const Outlook& outlook) {
  const Plan& plan = outlook.plan;
  const Forecast seen = forecast(plan);
  std::string text = fmt::format("Bakes take {}", base::format_duration(seen.bakes));
  if (seen.longest > seen.bakes) {
    text += fmt::format(", {} at the most with extensions and waits", base::format_duration(seen.longest));
  }
  text += ".\n";
  if (!plan.from) return text + "This is the first release: there is no version to go back to.\n";
  if (plan.by_share) {
    text += fmt::format("First met by {} of users; {} more instances run beside the old ones meanwhile.\n",
                        share_text(seen.first_share), seen.more_instances);
    if (outlook.capacity) text += memory_text(*outlook.capacity);
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

std::string text_of(const Outlook& outlook) {
  const Plan& plan = outlook.plan;
  std::string text = fmt::format("{} in {}: {} -> {}, {}\n", plan.service, plan.environment,
                                 plan.from ? plan.from->version : "nothing", plan.to.version, plan.strategy);
  text += changes(plan, outlook.details);
  int number = 0;
  for (const Step& step : plan.steps) text += fmt::format("{:>4}  {}\n", ++number, to_string(step, plan.places));
  text += summary(outlook);
  if (outlook.traffic) text += sensitivity_text(plan, *outlook.traffic);
  for (const std::string& warning : outlook.warnings) text += "warning: " + warning + "\n";
  return text;
}

base::JsonArray sensitivity_json(const Outlook& outlook) {
  base::JsonArray bakes;
  if (!outlook.traffic) return bakes;
  for (const Sensitivity& bake : sensitivities(outlook.plan, *outlook.traffic)) {
    base::JsonObject json{{"step", bake.step + 1}, {"share", static_cast<double>(bake.share) / kAllUsers}};
    if (bake.rise) json["finds_rise"] = *bake.rise;
    bakes.push_back(std::move(json));
  }
  return bakes;
}

base::Json json_of(const Outlook& outlook) {
  const Plan& plan = outlook.plan;
  const Forecast seen = forecast(plan);
  base::JsonArray steps;
  for (const Step& step : plan.steps) steps.push_back(base::Json(to_string(step, plan.places)));
  base::JsonObject json{{"service", plan.service}, {"environment", plan.environment}, {"strategy", plan.strategy}};
  if (plan.from) json["from"] = to_json(*plan.from);
  json["to"] = to_json(plan.to);
  json["config_changes"] = base::JsonArray(outlook.details.begin(), outlook.details.end());
  json["max_unavailable"] = seen.most_without;
  json["more_instances"] = seen.more_instances;
  json["first_share"] = static_cast<double>(seen.first_share) / kAllUsers;
  json["bakes_ms"] = seen.bakes.count();
  json["longest_ms"] = seen.longest.count();
  if (seen.no_instant_return) json["no_instant_return"] = *seen.no_instant_return;
  if (outlook.capacity) {
    json["memory_needed"] = outlook.capacity->needed;
    json["memory_available"] = outlook.capacity->available;
  }
  if (outlook.traffic) {
    json["requests_a_second"] = outlook.traffic->requests_a_second;
    json["error_ratio"] = outlook.traffic->error_ratio;
    json["bakes"] = sensitivity_json(outlook);
  }
  json["steps"] = std::move(steps);
  if (!outlook.warnings.empty()) json["warnings"] = base::JsonArray(outlook.warnings.begin(), outlook.warnings.end());
  return json;
}

double error_ratio_of(const Outlook& outlook) {
  return outlook.traffic ? outlook.traffic->error_ratio : 0;
}

}  // namespace

void add_plan(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    std::string file;
    std::optional<std::string> artifact;
    int64_t requests = 0;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("plan", "print the steps of a rollout; touches nothing");
  command.positional("file", options->file, "the rollout file");
  command.option("--artifact", options->artifact, "REF", "plan with this artifact (file:PATH) instead of the file's");
  command.option("--requests", options->requests, "N", "users' requests a second, instead of what HAProxy counted");
  options->add_state_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const Prepared prepared, prepare(options->file, options->artifact));
    const ServiceFolder folder(options->state, prepared.rollout.service);
    TRY_ASSIGN(const auto stable, folder.load_stable());
    Outlook outlook;
    TRY_ASSIGN(outlook.plan, compile(prepared.rollout, "plan", stable, prepared.launch.revision));
    TRY_ASSIGN(outlook.details, config_changes(folder, stable, prepared.launch));
    outlook.capacity = capacity_for(outlook.plan, ProcessDriver(folder, "/proc/self/exe"));
    outlook.traffic = observe_user_traffic(prepared.rollout);
    if (options->requests > 0) {
      outlook.traffic = UserTraffic{static_cast<double>(options->requests), error_ratio_of(outlook)};
    }
    outlook.warnings = plan_warnings(prepared, outlook.plan, folder);
    if (options->json) {
      base::cli::print_json(json_of(outlook));
    } else {
      base::cli::print(text_of(outlook));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
