#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"
#include "deployer/run/release.h"

namespace trunkline::deployer {
namespace {

std::string text_of(const Plan& plan) {
  std::string text = fmt::format("{} in {}: {} -> {}, {}\n", plan.service, plan.environment,
                                 plan.from ? plan.from->version : "nothing", plan.to.version, plan.strategy);
  int number = 0;
  for (const Step& step : plan.steps) text += fmt::format("{:>4}  {}\n", ++number, to_string(step, plan.places));
  return text + fmt::format("At most {} of {} instances are without users at once.\n", plan.spare, plan.fleet);
}

base::Json json_of(const Plan& plan) {
  base::JsonArray steps;
  for (const Step& step : plan.steps) steps.push_back(base::Json(to_string(step, plan.places)));
  base::JsonObject json{{"service", plan.service}, {"environment", plan.environment}, {"strategy", plan.strategy}};
  if (plan.from) json["from"] = to_json(*plan.from);
  json["to"] = to_json(plan.to);
  json["max_unavailable"] = plan.spare;
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
    if (options->json) {
      base::cli::print_json(json_of(plan));
    } else {
      base::cli::print(text_of(plan));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
