#include "deployer/run/down.h"

#include "deployer/ctl/commands.h"

namespace trunkline::deployer {

void add_down(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("down", "stop every instance of a service, at the load balancer first");
  options->add_to(command);
  command.flag("--force", options->force, "stop the instances even if the load balancer does not answer");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    return take_down(folder.service(), options->force, {options->state, options->json});
  });
}

}  // namespace trunkline::deployer
