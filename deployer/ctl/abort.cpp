#include "deployer/ctl/commands.h"
#include "deployer/record/service_lock.h"
#include "deployer/run/move_on.h"

namespace trunkline::deployer {

void add_abort(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("abort", "take an unfinished rollout back to the stable revision");
  options->add_to(command);
  options->add_overwrite_to(command);
  options->add_without_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    return move_on(folder.service(), event::AbortRequested{who_am_i()}, options->move());
  });
}

}  // namespace trunkline::deployer
