#include "deployer/plan/schema.h"

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"

namespace trunkline::deployer {

void add_schema(base::cli::Tool& tool) {
  base::cli::Command command = tool.command("schema", "print the JSON Schema of rollout files, for editors");
  command.footer("deployer schema > rollout.schema.json").action([]() -> base::Result<int> {
    base::cli::print(base::to_pretty_text(rollout_schema()));
    return 0;
  });
}

}  // namespace trunkline::deployer
