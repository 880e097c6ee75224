#include "flags/source/git_source.h"

namespace trunkline::flags {

using base::Repository;
using base::Result;

Result<Repository> GitSource::refresh() const {
  if (const auto local = base::local_path(url_)) return Repository::open(*local);
  TRY_ASSIGN(Repository copy, Repository::open_or_init_bare(folder_));
  TRY(copy.fetch(url_, branch_));
  return copy;
}

Result<std::optional<SourceText>> GitSource::poll() {
  TRY_ASSIGN(const Repository repository, refresh());
  TRY_ASSIGN(const std::string tip, repository.tip(branch_));
  if (tip == last_) return std::nullopt;
  TRY_ASSIGN(std::string text, repository.read_blob(tip, path_));
  last_ = tip;
  return SourceText{std::move(text), path_, tip};
}

}  // namespace trunkline::flags
