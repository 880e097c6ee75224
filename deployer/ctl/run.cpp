#include "deployer/ctl/commands.h"
#include "deployer/look/prepare.h"
#include "deployer/run/release.h"

namespace trunkline::deployer {

void add_run(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    std::string file;
    std::optional<std::string> artifact;
    bool take_over = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command =
      tool.command("run", "release what a rollout file says; take it back by itself if it is bad");
  command.positional("file", options->file, "the rollout file");
  command.option("--artifact", options->artifact, "REF", "release this artifact (file:PATH) instead of the file's");
  command.flag("--take-over", options->take_over,
               "make the first release beside the programs that serve users now, and move users to it");
  options->add_state_to(command);
  options->add_overwrite_to(command);
  command.footer(
      "exit codes: 0 completed, 3 rolled back, 4 held for a person (or one before is unfinished, or a share was "
      "changed),\n"
      "75 another deployer is at work, 2 wrong request, 1 anything else");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const Prepared prepared, prepare(options->file, options->artifact));
    MoveOptions move = options->move();
    move.take_over = options->take_over;
    return run_release(prepared, move);
  });
}

}  // namespace trunkline::deployer
