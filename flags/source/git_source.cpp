#include "flags/source/git_source.h"

#include <fmt/format.h>

#include "base/core/digest.h"

namespace trunkline::flags {

using base::Repository;
using base::Result;

GitSource::GitSource(const SourceSpec& spec, const std::filesystem::path& folder)
    : spec_(spec), folder_(folder / fmt::format("git-{}", base::sha256(spec.display).substr(7, 12))) {}

Result<Repository> GitSource::refresh() const {
  if (const auto local = base::local_path(spec_.location)) return Repository::open(*local);
  TRY_ASSIGN(Repository copy, Repository::open_or_init_bare(folder_));
  // A commit that is here already does not change.
  if (!spec_.commit.empty() && copy.find_commit_id(spec_.commit)) return copy;
  TRY(copy.fetch(spec_.location, spec_.branch));
  return copy;
}

Result<std::optional<SourceText>> GitSource::poll() {
  if (!spec_.commit.empty() && !last_.empty()) return std::nullopt;
  TRY_ASSIGN(const Repository repository, refresh());
  TRY_ASSIGN(const std::string commit,
             spec_.commit.empty() ? repository.tip(spec_.branch) : repository.find_commit_id(spec_.commit));
  if (commit == last_) return std::nullopt;
  TRY_ASSIGN(std::string text, repository.read_blob(commit, spec_.path));
  last_ = commit;
  return SourceText{std::move(text), spec_.path, commit};
}

}  // namespace trunkline::flags
