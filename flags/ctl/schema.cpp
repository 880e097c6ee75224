#include "flags/lint/schema.h"

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"

namespace trunkline::flags {

void add_schema(base::cli::Tool& tool) {
  auto command = tool.command("schema", "print the JSON Schema of flag files, for editors");
  command.footer("flagctl schema > flags.schema.json").action([]() -> base::Result<int> {
    base::cli::print(base::to_pretty_text(flag_file_schema()));
    return 0;
  });
}

}  // namespace trunkline::flags
