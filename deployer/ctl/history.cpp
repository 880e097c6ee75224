#include "ledger/history.h"

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"

namespace trunkline::deployer {
namespace {

std::string table_of(const std::vector<ledger::Release>& releases) {
  std::vector<std::vector<std::string>> rows = {
      {"STARTED (UTC)", "FROM", "TO", "STRATEGY", "TOOK", "OUTCOME", "WHO", "REASON"}};
  for (const ledger::Release& release : releases) {
    rows.push_back(
        {base::to_iso8601(release.started_at).substr(0, 19), release.from ? release.from->version : "-",
         release.to.version, release.strategy,
         base::format_duration(std::chrono::floor<std::chrono::seconds>(release.ended_at - release.started_at)),
         release.outcome, release.who, release.reason.substr(0, release.reason.find('\n'))});
  }
  return base::cli::format_table(rows);
}

}  // namespace

void add_history(base::cli::Tool& tool) {
  const auto options = std::make_shared<ServiceOptions>();
  base::cli::Command command = tool.command("history", "every release of a service, and how it ended");
  options->add_to(command);
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    TRY_ASSIGN(const auto releases, ledger::read_history(folder.history()));
    if (options->json) {
      for (const ledger::Release& release : releases) base::cli::print_json(to_json(release));
    } else {
      base::cli::print(table_of(releases));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
