#include "deployer/look/status.h"

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"

namespace trunkline::deployer {

void add_status(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("status", "what runs where, and what the last rollout is at");
  options->add_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    TRY_ASSIGN(const Status status, read_status(folder));
    if (options->json) {
      base::cli::print_json(to_json(status));
    } else {
      base::cli::print(to_text(status));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
