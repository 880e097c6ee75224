#include <algorithm>

#include "base/cli/terminal.h"
#include "deployer/changes/differences.h"
#include "deployer/changes/timeline.h"
#include "deployer/ctl/commands.h"
#include "deployer/record/kept_journals.h"

namespace trunkline::deployer {
namespace {

// Of a journal that this version does not read the history tells.
std::vector<Begun> kept_rollouts(const ServiceFolder& folder) {
  std::vector<Begun> rollouts;
  for (const std::filesystem::path& file : kept_journals(folder)) {
    auto journal = read_journal(file);
    auto begun = journal ? begun_of(*std::move(journal)) : base::fail(journal.error());
    if (begun) rollouts.push_back(*std::move(begun));
  }
  return rollouts;
}

base::Result<std::vector<Change>> changes(const ServiceFolder& folder, std::optional<base::Millis> back) {
  TRY_ASSIGN(auto last, load_begun(folder));
  if (!last) return base::fail(base::Kind::not_found, folder.service() + " was never released");
  TRY_ASSIGN(const auto history, ledger::read_history(folder.history()));
  std::vector<Change> differences = differences_now(folder, *last);
  std::vector<Begun> rollouts = kept_rollouts(folder);
  rollouts.push_back(*std::move(last));
  const auto since = back ? std::optional(base::system_clock().wall() - *back) : std::nullopt;
  std::vector<Change> all = timeline(rollouts, history, read_notes(folder), since);
  all.insert(all.end(), differences.begin(), differences.end());
  return all;
}

}  // namespace

void add_changes(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    base::Millis since{0};
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("changes", "everything that changed, by whom, and what differs now");
  options->add_to(command);
  command.option("--since", options->since, "LENGTH", "only what changed so long ago or later: 30m, 2h, 7d");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    const bool all = options->since == base::Millis{0};
    TRY_ASSIGN(const auto found, changes(folder, all ? std::nullopt : std::optional(options->since)));
    if (!options->json) {
      base::cli::print(to_text(found));
      return 0;
    }
    for (const Change& change : found) base::cli::print_json(to_json(change));
    return 0;
  });
}

}  // namespace trunkline::deployer
