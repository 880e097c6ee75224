#include "deployer/ctl/commands.h"
#include "deployer/drivers/supervisor.h"

namespace trunkline::deployer {

void add_supervise(base::cli::Tool& tool) {
  const auto folder = std::make_shared<std::string>();
  const auto address = std::make_shared<std::optional<std::string>>();
  base::cli::Command command = tool.command("supervise", "run one instance; the process driver starts this");
  command.positional("folder", *folder, "the instance's folder");
  command.positional("address", *address, "the instance's address, for whoever lists the processes");
  command.hidden().action([folder, address] { return supervise(*folder); });
}

}  // namespace trunkline::deployer
