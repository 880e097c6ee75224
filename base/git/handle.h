#pragma once

#include <git2.h>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/files.h"
#include "base/core/result.h"
#include "base/git/repository.h"

// What the files of base/git share: libgit2's objects as owners and its errors as ours. Private to base/git.
namespace trunkline::base {

template <auto Free>
struct GitFree {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

template <typename T, auto Free>
using GitOwner = std::unique_ptr<T, GitFree<Free>>;

using GitRepository = GitOwner<git_repository, git_repository_free>;
using GitReference = GitOwner<git_reference, git_reference_free>;
using GitCommit = GitOwner<git_commit, git_commit_free>;
using GitTree = GitOwner<git_tree, git_tree_free>;
using GitTreeEntry = GitOwner<git_tree_entry, git_tree_entry_free>;
using GitBlob = GitOwner<git_blob, git_blob_free>;
using GitSignature = GitOwner<git_signature, git_signature_free>;
using GitConfig = GitOwner<git_config, git_config_free>;
using GitStatusList = GitOwner<git_status_list, git_status_list_free>;
using GitIndex = GitOwner<git_index, git_index_free>;
using GitBlame = GitOwner<git_blame, git_blame_free>;
using GitRemote = GitOwner<git_remote, git_remote_free>;

struct Repository::State {
  GitRepository repository;
  git_repository* get() const { return repository.get(); }
};

// libgit2 counts its users; the first call makes it ready for the life of the program.
void start_libgit2();

// The error that libgit2 left behind for `code`, with what was tried in front.
Error git_failure(int code, std::string_view what);

// own<GitCommit>("read commit X", [&](auto** out) { return git_commit_lookup(out, ...); })
template <typename Owner, typename Call>
Result<Owner> own(std::string_view what, Call&& call) {
  typename Owner::pointer raw = nullptr;
  if (const int code = call(&raw); code != 0) return fail(git_failure(code, what));
  return Owner(raw);
}

Result<git_oid> parse_id(std::string_view text);
std::string to_text(const git_oid& id);
Result<GitCommit> find_commit(git_repository* repository, std::string_view id);
std::string branch_ref(const std::string& branch);

// The repository's setting, or the user's; "" if there is none.
std::string setting(git_repository* repository, const std::string& key);

// Whether the work tree shows this branch.
bool is_checked_out(git_repository* repository, const std::string& branch);

// Held while the branch and the work tree move together, so that a second writer of ours never sees them apart.
Result<Descriptor> lock_work_tree(git_repository* repository);

// Moves the branch from `expected` (empty: it is to be new) by compare-and-swap. Kind::conflict if it stands elsewhere,
// Kind::locked if another process moves it.
Result<> move_branch(git_repository* repository, const std::string& branch, const std::string& expected,
                     const std::string& commit);

}  // namespace trunkline::base
