#include "deployer/record/lineage.h"

namespace trunkline::deployer {
using ledger::Revision;

std::vector<Revision> lineage(const std::vector<ledger::Release>& history) {
  std::vector<Revision> line;
  for (const ledger::Release& release : history) {
    if (release.outcome != "completed") continue;
    // What it replaced is the top, unless it was put there by a way that no history tells of, as `adopt` does.
    if (!release.from) line.clear();
    if (release.from && (line.empty() || line.back() != *release.from)) line.push_back(*release.from);
    const bool goes_back = line.size() > 1 && line[line.size() - 2] == release.to;
    if (goes_back) {
      line.pop_back();
    } else if (line.empty() || line.back() != release.to) {
      line.push_back(release.to);
    }
  }
  return line;
}

std::optional<Revision> revision_before(const std::vector<ledger::Release>& history) {
  const std::vector<Revision> line = lineage(history);
  if (line.size() < 2) return std::nullopt;
  return line[line.size() - 2];
}

}  // namespace trunkline::deployer
