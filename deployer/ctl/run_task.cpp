#include "deployer/ctl/commands.h"
#include "deployer/drivers/task_runner.h"

namespace trunkline::deployer {

void add_run_task(base::cli::Tool& tool) {
  const auto folder = std::make_shared<std::string>();
  base::cli::Command command = tool.command("run-task", "run one task and write down how it ended");
  command.positional("folder", *folder, "the task's folder");
  command.hidden().action([folder] { return run_recorded(*folder); });
}

}  // namespace trunkline::deployer
