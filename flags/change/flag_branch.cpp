#include "flags/change/flag_branch.h"

namespace trunkline::flags {

using base::Kind;
using base::RemoteBranch;
using base::Repository;
using base::Result;

FlagBranch FlagBranch::in(Repository* repository, std::string branch) {
  FlagBranch result;
  result.shared_ = repository;
  result.branch_ = std::move(branch);
  return result;
}

FlagBranch FlagBranch::of(Repository* repository, RemoteBranch remote) {
  FlagBranch result;
  result.shared_ = repository;
  result.branch_ = remote.branch;
  result.remote_ = std::move(remote);
  return result;
}

Result<FlagBranch> FlagBranch::named(Repository* repository, RemoteBranch remote) {
  const auto path = base::local_path(remote.url);
  if (!path) return of(repository, std::move(remote));
  FlagBranch result;
  TRY_ASSIGN(result.own_, Repository::open(*path));
  result.branch_ = std::move(remote.branch);
  return result;
}

Result<std::string> FlagBranch::tip(bool to_commit) {
  if (!remote_) return repository().tip(branch_);
  if (!to_commit) return repository().fetch(*remote_);
  for (;;) {
    session_.reset();
    TRY_ASSIGN(base::PushSession session, repository().open_push(*remote_));
    std::string tip = session.tip();
    if (tip.empty()) {
      session_.emplace(std::move(session));
      return base::fail(Kind::not_found, "");
    }
    bool known = repository().commit_info(tip).has_value();
    if (!known) {
      TRY_ASSIGN(const std::string fetched, repository().fetch(*remote_));
      known = fetched == tip;
    }
    session_.emplace(std::move(session));
    if (known) return tip;
    // It moved between the two connections.
  }
}

Result<BranchFile> FlagBranch::read(const std::string& path, bool to_commit) {
  auto tip = this->tip(to_commit);
  if (!tip && tip.error().kind == Kind::not_found) return BranchFile{};
  if (!tip) return base::fail(std::move(tip.error()));
  auto text = repository().read_blob(*tip, path);
  if (text) return BranchFile{*std::move(tip), *std::move(text)};
  if (text.error().kind == Kind::not_found) return BranchFile{*std::move(tip), std::nullopt};
  return base::fail(std::move(text.error()));
}

Result<std::string> FlagBranch::commit(const base::FileCommit& commit) {
  if (!remote_) return repository().commit_file(branch_, commit);
  TRY_ASSIGN(std::string id, repository().write_commit(commit));
  TRY(session_->move_to(id));
  return id;
}

}  // namespace trunkline::flags
