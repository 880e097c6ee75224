#include "deployer/ctl/commands.h"
#include "deployer/record/service_lock.h"
#include "deployer/run/move_on.h"

namespace trunkline::deployer {

void add_pause(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("pause", "stay at this step until `resume`; what is judged stays judged");
  options->add_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    return move_on(folder.service(), event::PauseRequested{who_am_i()}, options->move());
  });
}

}  // namespace trunkline::deployer
