#include "deployer/look/explain.h"

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"

namespace trunkline::deployer {

void add_explain(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("explain", "why the last rollout ended, or is held, as it is");
  options->add_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    TRY_ASSIGN(const auto begun, load_begun(folder));
    if (!begun) return base::fail(base::Kind::not_found, folder.service() + " was never released");
    if (options->json) {
      base::cli::print_json(explain_json(folder, *begun));
    } else {
      base::cli::print(explain(folder, *begun));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
