#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {

void add_toggle(base::cli::Tool& tool) {
  auto options = std::make_shared<ChangeOptions>();
  options->request.edit.action = Toggle{};
  auto command = tool.command("toggle", "make the other variant of a boolean flag its default");
  add_change_options(command, *options);
  command.action([options] { return run_change(*options); });
}

}  // namespace trunkline::flags
