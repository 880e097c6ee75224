#include "deployer/record/keep.h"

#include <algorithm>
#include <set>

#include "base/core/files.h"
#include "deployer/drivers/supervisor.h"
#include "deployer/record/lineage.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::Result;
using ledger::Revision;

namespace {

void add(std::vector<Revision>& revisions, const std::optional<Revision>& revision) {
  if (!revision || std::find(revisions.begin(), revisions.end(), *revision) != revisions.end()) return;
  revisions.push_back(*revision);
}

Result<std::vector<Revision>> needed_revisions(const ServiceFolder& folder,
                                               const std::vector<ledger::Release>& history) {
  std::vector<Revision> needed;
  TRY_ASSIGN(const Before stable, folder.load_stable());
  add(needed, stable.revision);
  // `undo` goes back to the one before, `retry` tries the last one again, completed or not.
  add(needed, revision_before(history));
  if (!history.empty()) add(needed, history.back().to);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.root() / "instances", ignored)) {
    TRY_ASSIGN(const auto state, read_supervisor_state(entry.path()));
    if (state) add(needed, state->revision);
  }
  return needed;
}

// Removes what lies in `place` but for `kept`.
Result<> sweep(const fs::path& place, const std::set<fs::path>& kept) {
  std::error_code code;
  std::vector<fs::path> doomed;
  for (const auto& entry : fs::directory_iterator(place, code)) {
    if (!kept.contains(entry.path())) doomed.push_back(entry.path());
  }
  for (const fs::path& path : doomed) {
    fs::remove_all(path, code);
    if (code) return base::fail(base::system_error("remove " + path.string(), code.value()));
  }
  return {};
}

// "web1-41c9e02d1a2b.log" and the older text beside it.
Result<> sweep_logs(const fs::path& place, const std::vector<Revision>& kept) {
  std::set<fs::path> stay;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(place, ignored)) {
    const std::string name = entry.path().filename();
    const bool is_kept = std::any_of(kept.begin(), kept.end(), [&](const Revision& revision) {
      return name.find("-" + id_of(revision) + ".log") != std::string::npos;
    });
    if (is_kept) stay.insert(entry.path());
  }
  return sweep(place, stay);
}

}  // namespace

std::vector<Revision> revisions_to_keep(const std::vector<ledger::Release>& history,
                                        const std::vector<Revision>& needed, size_t keep) {
  std::vector<Revision> kept;
  for (auto release = history.rbegin(); release != history.rend() && kept.size() < keep; ++release) {
    if (release->outcome == "completed") add(kept, release->to);
    if (kept.size() < keep) add(kept, release->from);
  }
  for (const Revision& revision : needed) add(kept, revision);
  return kept;
}

Result<> remove_old_releases(const ServiceFolder& folder, size_t keep) {
  TRY_ASSIGN(const auto history, ledger::read_history(folder.history()));
  TRY_ASSIGN(const std::vector<Revision> needed, needed_revisions(folder, history));
  const std::vector<Revision> kept = revisions_to_keep(history, needed, keep);
  std::set<fs::path> releases, configs, launches;
  for (const Revision& revision : kept) {
    releases.insert(folder.release(revision));
    configs.insert(folder.config(revision));
    launches.insert(folder.launch(revision));
  }
  TRY(sweep(folder.root() / "releases", releases));
  TRY(sweep(folder.root() / "configs", configs));
  TRY(sweep(folder.root() / "revisions", launches));
  return sweep_logs(folder.root() / "logs", kept);
}

}  // namespace trunkline::deployer
