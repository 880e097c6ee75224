#include "deployer/look/again.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/record/begun.h"
#include "deployer/record/lineage.h"
#include "ledger/artifact.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

Result<Begun> last_rollout(const ServiceFolder& folder) {
  TRY_ASSIGN(auto begun, load_begun(folder));
  if (!begun) return fail(Kind::not_found, folder.service() + " was never released");
  if (begun->finished()) return *std::move(begun);
  return fail(Kind::conflict,
              fmt::format("{0} is not finished with {1}. Next: `deployer resume {0}` or `deployer abort {0}`",
                          folder.service(), begun->plan.to.version));
}

// The newest release that ended with this revision running, or made way for it.
std::optional<ledger::Revision> find_revision(const std::vector<ledger::Release>& releases, const std::string& name) {
  for (auto release = releases.rbegin(); release != releases.rend(); ++release) {
    for (const auto& revision : {std::optional(release->to), release->from}) {
      if (revision && (revision->version == name || id_of(*revision) == name)) return revision;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Prepared> prepare_retry(const ServiceFolder& folder) {
  TRY_ASSIGN(Begun begun, last_rollout(folder));
  if (begun.state.outcome == Outcome::completed) {
    return fail(Kind::conflict, fmt::format("{} was completed: there is nothing to try again", begun.plan.to.version));
  }
  const Header& header = begun.journal.header;
  if (!fs::exists(folder.release(header.to))) {
    TRY_ASSIGN(const std::string digest, ledger::digest_of_artifact(header.artifact));
    if (digest != header.to.digest) {
      return fail(
          Kind::invalid,
          fmt::format("the artifact is another one by now: expected {}, its digest is {}", header.to.digest, digest),
          {header.artifact, 0, 0});
    }
  }
  TRY_ASSIGN(Launch launch, folder.load_launch(header.to));
  return Prepared{std::move(begun.rollout), header.text, header.artifact, std::move(launch), {}};
}

Result<Prepared> prepare_undo(const ServiceFolder& folder, const std::optional<std::string>& name) {
  TRY_ASSIGN(Begun begun, last_rollout(folder));
  TRY_ASSIGN(const auto releases, ledger::read_history(folder.history()));
  const auto revision = name ? find_revision(releases, *name) : revision_before(releases);
  if (!revision) {
    return fail(Kind::not_found, name ? fmt::format("{} never ran {} (see `deployer history`)", folder.service(), *name)
                                      : folder.service() + " has no version before this one");
  }
  if (!ledger::is_managed(*revision)) {
    return fail(Kind::not_found, folder.service() +
                                     " has no version before this one: what ran before it was not started "
                                     "by the deployer, which cannot start it again");
  }
  TRY_ASSIGN(const Before stable, folder.load_stable());
  if (stable.revision == revision) return fail(Kind::conflict, revision->version + " is what runs");
  if (!fs::exists(folder.release(*revision))) {
    return fail(Kind::not_found,
                fmt::format("the files of {} are gone from {}", revision->version, folder.release(*revision).string()));
  }
  TRY_ASSIGN(Launch launch, folder.load_launch(*revision));
  return Prepared{
      std::move(begun.rollout), begun.journal.header.text, begun.journal.header.artifact, std::move(launch), {}};
}

}  // namespace trunkline::deployer
