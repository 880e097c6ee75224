#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {

void add_set(base::cli::Tool& tool) {
  auto options = std::make_shared<EditOptions>();
  SetDefault& action = options->edit.action.emplace<SetDefault>();
  auto command = tool.command("set", "make a variant the default of a flag");
  add_edit_options(command, *options);
  command.positional("VARIANT", action.variant, "the variant")
      .footer("flagctl set redirect-status permanent --repo ./flags --reason \"SEO\" --ticket OPS-12")
      .action([options] { return run_edit(*options); });
}

}  // namespace trunkline::flags
