#include "deployer/ctl/commands.h"
#include "deployer/look/again.h"
#include "deployer/run/release.h"

namespace trunkline::deployer {

void add_undo(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    std::optional<std::string> to;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("undo", "release the version that ran before, by the same careful way");
  options->add_to(command);
  options->add_overwrite_to(command);
  command.option("--to", options->to, "REV", "this version, or this revision's id, instead of the one before");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    TRY_ASSIGN(const Prepared prepared, prepare_undo(folder, options->to));
    return run_release(prepared, options->move());
  });
}

}  // namespace trunkline::deployer
