#include "deployer/watch/watch.h"

#include "deployer/ctl/commands.h"

namespace trunkline::deployer {

void add_watch(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command =
      tool.command("watch", "follow the last rollout until it is done or held; changes nothing");
  options->add_to(command);
  command.footer("exit codes: those of `run`; 130 when interrupted, and the rollout goes on");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    return watch(folder, options->json);
  });
}

}  // namespace trunkline::deployer
