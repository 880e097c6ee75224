#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"
#include "ledger/artifact.h"

namespace trunkline::deployer {

void add_pack(base::cli::Tool& tool) {
  struct Options {
    std::string folder, version, commit, output;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("pack", "make an artifact of a folder");
  command.positional("folder", options->folder, "what goes into it");
  command.option("--version", options->version, "V", "the version, as `pipelines version` prints it").required();
  command.option("--commit", options->commit, "SHA", "the commit it was built from").required();
  command.option("-o,--output", options->output, "FILE", "the artifact, e.g. dist/shop-1.8.2.tar.zst").required();
  command.flag("--json", options->json, "print JSON");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const std::string digest,
               ledger::pack_artifact(options->folder, {options->version, options->commit}, options->output));
    if (options->json) {
      base::cli::print_json(base::JsonObject{
          {"file", options->output}, {"version", options->version}, {"commit", options->commit}, {"digest", digest}});
    } else {
      base::cli::print(fmt::format("{}  {}\n", digest, options->output));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
