#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "deployer/ctl/commands.h"
#include "deployer/simulate/report.h"

namespace trunkline::deployer {

void add_simulate(base::cli::Tool& tool) {
  struct Options {
    std::optional<std::string> file;
    int64_t seeds = 1000;
    int64_t seed = 1;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command =
      tool.command("simulate", "run the real engine against a simulated world full of faults, and check every promise");
  command.positional("file", options->file, "this rollout under drawn faults; without it each seed draws its own");
  command.option("--seeds", options->seeds, "N", "how many rollouts (1000)");
  command.option("--seed", options->seed, "S", "the first seed (1); the same one gives the same rollout");
  command.flag("--json", options->json, "print JSON");
  command.footer("exit codes: 0 every promise kept, 1 one was broken: its seed, the promise and the shortest story");
  command.action([options]() -> base::Result<int> {
    if (options->seeds < 1 || options->seed < 0) {
      return base::fail(base::Kind::usage, "--seeds must be 1 or more, --seed 0 or more");
    }
    std::optional<Rollout> rollout;
    if (options->file) {
      TRY_ASSIGN(const std::string text, base::read_file(*options->file, 1024 * 1024));
      TRY_ASSIGN(rollout, parse_rollout(text, *options->file));
    }
    TRY_ASSIGN(const SimulationReport report,
               simulate_many(static_cast<uint64_t>(options->seed), static_cast<uint64_t>(options->seeds),
                             rollout ? &*rollout : nullptr));
    if (options->json) {
      base::cli::print_json(to_json(report));
    } else {
      base::cli::print(to_text(report));
    }
    return report.broken ? 1 : 0;
  });
}

}  // namespace trunkline::deployer
