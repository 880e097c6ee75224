#include "deployer/ctl/commands.h"
#include "deployer/look/again.h"
#include "deployer/run/release.h"

namespace trunkline::deployer {

void add_retry(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("retry", "release again what was taken back or failed, as it was");
  options->add_to(command);
  options->add_overwrite_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    TRY_ASSIGN(const Prepared prepared, prepare_retry(folder));
    return run_release(prepared, options->move());
  });
}

}  // namespace trunkline::deployer
