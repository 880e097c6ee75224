#include "deployer/ctl/commands.h"
#include "deployer/run/release.h"

namespace trunkline::deployer {

void add_down(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("down", "stop every instance of a service, at the load balancer first");
  options->add_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    return take_down(folder.service(), {options->state, options->json});
  });
}

}  // namespace trunkline::deployer
