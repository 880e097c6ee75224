#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {

void add_toggle(base::cli::Tool& tool) {
  auto options = std::make_shared<EditOptions>();
  options->edit.action = Toggle{};
  auto command = tool.command("toggle", "make the other variant of a boolean flag its default");
  add_edit_options(command, *options);
  command.footer("flagctl toggle new-page --dry-run").action([options] { return run_edit(*options); });
}

}  // namespace trunkline::flags
