#pragma once

#include <optional>
#include <string>

#include "base/git/repository.h"

namespace trunkline::flags {

// A file at the tip of a branch.
struct BranchFile {
  std::string commit{};               // empty where the branch has none yet
  std::optional<std::string> text{};  // absent where that commit has no such file
};

// The branch on which a change is made: one of this machine, which moves by compare-and-swap, or one of a remote, which
// is pushed to in the same way (never through libgit2's local transport). One thread at a time; a repository that is
// passed by pointer must outlive the object.
class FlagBranch {
 public:
  static FlagBranch in(base::Repository* repository, std::string branch);
  // A remote's: `repository` keeps what is fetched and the commits that are pushed.
  static FlagBranch of(base::Repository* repository, base::RemoteBranch remote);
  // Of the repository that a path or a URL names: opened where that is one of this machine. Failures as
  // Repository::open.
  static base::Result<FlagBranch> named(base::Repository* repository, base::RemoteBranch remote);

  // What the branch holds now; a remote is asked each time. Before a commit it is asked on the connection over which
  // the branch is then moved, so that a commit whose parent is known here takes one connection.
  base::Result<BranchFile> read(const std::string& path, bool to_commit);

  // Writes the commit, on what was read last to commit, and moves the branch to it; its id. Failures as
  // Repository::commit_file and PushSession.
  base::Result<std::string> commit(const base::FileCommit& commit);

  // Where its commits are kept.
  base::Repository& repository() { return own_ ? *own_ : *shared_; }

 private:
  FlagBranch() = default;
  base::Result<std::string> tip(bool to_commit);

  base::Repository* shared_ = nullptr;
  std::optional<base::Repository> own_;
  std::string branch_;
  std::optional<base::RemoteBranch> remote_;
  std::optional<base::PushSession> session_;
};

}  // namespace trunkline::flags
