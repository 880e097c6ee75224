#include "deployer/ctl/commands.h"
#include "deployer/run/move_on.h"

namespace trunkline::deployer {

void add_resume(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("resume", "go on with a rollout that is held or was interrupted");
  options->add_to(command);
  options->add_overwrite_to(command);
  options->add_without_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    return move_on(folder.service(), event::Resumed{}, options->move());
  });
}

}  // namespace trunkline::deployer
