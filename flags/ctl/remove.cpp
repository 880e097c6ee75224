#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {

void add_remove(base::cli::Tool& tool) {
  auto options = std::make_shared<EditOptions>();
  options->edit.action = Remove{};
  auto command = tool.command("remove", "take a flag out of the file: programs use their own default");
  add_edit_options(command, *options);
  command.footer("flagctl remove new-page --reason \"on for everybody since May\" --ticket WEB-9").action([options] {
    return run_edit(*options);
  });
}

}  // namespace trunkline::flags
