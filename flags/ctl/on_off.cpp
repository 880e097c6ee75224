#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

void add_state(base::cli::Tool& tool, bool enabled) {
  auto options = std::make_shared<EditOptions>();
  options->edit.action = SetState{enabled};
  auto command = tool.command(enabled ? "on" : "off",
                              enabled ? "enable a flag" : "disable a flag: programs use their own default");
  add_edit_options(command, *options);
  command.footer(enabled ? "flagctl on new-page" : "flagctl off new-page --reason \"errors rose\"").action([options] {
    return run_edit(*options);
  });
}

}  // namespace

void add_on_and_off(base::cli::Tool& tool) {
  add_state(tool, true);
  add_state(tool, false);
}

}  // namespace trunkline::flags
