#include "deployer/look/verify.h"

#include "deployer/ctl/commands.h"
#include "deployer/ctl/show_findings.h"
#include "deployer/support/interruption.h"

namespace trunkline::deployer {

void add_verify(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    std::string file;
    std::optional<std::string> artifact;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command =
      tool.command("verify", "whether what runs is what a rollout file says, and is well; touches nothing");
  command.positional("file", options->file, "the rollout file");
  command.option("--artifact", options->artifact, "REF", "expect this artifact (file:PATH) instead of the file's");
  options->add_state_to(command);
  command.footer("exit codes: 0 all is well, 1 something is not, 2 wrong request");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const Prepared prepared, prepare(options->file, options->artifact));
    const Interruption interruption;
    TRY_ASSIGN(const Findings findings,
               verify(prepared, ServiceFolder(options->state, prepared.rollout.service), interruption.token()));
    return show_findings(findings, options->json);
  });
}

}  // namespace trunkline::deployer
