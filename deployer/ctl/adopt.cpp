#include "deployer/run/adopt.h"

#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"
#include "deployer/support/interruption.h"

namespace trunkline::deployer {
namespace {

bool agreed(const std::string& question) {
  base::cli::print(question + " [y/N] ");
  std::cout.flush();
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

}  // namespace

void add_adopt(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    std::string file;
    std::optional<std::string> artifact;
    bool yes = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command =
      tool.command("adopt", "take over a service that runs, but of which the state folder was lost");
  command.positional("file", options->file, "the rollout file");
  command.option("--artifact", options->artifact, "REF", "what runs is this artifact (file:PATH), not the file's");
  command.flag("--yes", options->yes, "do not ask");
  options->add_state_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const Prepared prepared, prepare(options->file, options->artifact));
    const ServiceFolder folder(options->state, prepared.rollout.service);
    const Interruption interruption;
    TRY_ASSIGN(const Adoption adoption, look_for_adoption(prepared, folder, interruption.token()));
    const std::string& version = prepared.launch.revision.version;
    if (!options->json) base::cli::print(to_text(adoption));
    if (!options->yes) {
      if (isatty(STDIN_FILENO) != 1)
        return base::fail(base::Kind::usage, "nobody can be asked here: look, then say --yes");
      if (!agreed(fmt::format("Take {} for the stable revision of {}?", version, folder.service()))) return 1;
    }
    TRY(adopt(prepared, adoption, folder, interruption.token()));
    if (options->json) {
      base::cli::print_json(to_json(adoption));
    } else {
      base::cli::print(fmt::format("{} is adopted with {}.\n", folder.service(), version));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
