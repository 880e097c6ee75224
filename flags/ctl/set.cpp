#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {

void add_set(base::cli::Tool& tool) {
  auto options = std::make_shared<ChangeOptions>();
  SetDefault& action = options->request.edit.action.emplace<SetDefault>();
  auto command = tool.command("set", "make a variant the default of a flag");
  add_change_options(command, *options);
  command.positional("VARIANT", action.variant, "the variant")
      .footer("flagctl set redirect-status permanent --repo ./flags --reason \"SEO\" --ticket OPS-12")
      .action([options] { return run_change(*options); });
}

}  // namespace trunkline::flags
