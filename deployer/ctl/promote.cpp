#include "deployer/ctl/commands.h"
#include "deployer/record/service_lock.h"
#include "deployer/run/move_on.h"

namespace trunkline::deployer {

void add_promote(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    bool full = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("promote", "go on: a person's word for a rollout that waits or bakes");
  options->add_to(command);
  options->add_overwrite_to(command);
  command.flag("--full", options->full, "to all users at once, past the rest of the ramp");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    return move_on(folder.service(), event::PromoteRequested{who_am_i(), options->full}, options->move());
  });
}

}  // namespace trunkline::deployer
