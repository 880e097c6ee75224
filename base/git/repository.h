#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/files.h"
#include "base/core/result.h"

// Git through libgit2; nothing here starts a git process. Commit ids are the 40 hexadecimal digits, branches are named
// without refs/heads/, paths are relative to the top of the tree and use '/'.
namespace trunkline::base {

struct Author {
  std::string name;
  std::string email;

  bool operator==(const Author&) const = default;
};

struct CommitInfo {
  std::string id;
  Author author;
  WallTime committed_at;  // the committer's clock
  std::string message;
  std::vector<std::string> parents;
};

// One file's new text on top of a known commit.
struct FileCommit {
  std::string parent;  // the commit it stands on; empty for the first commit of a branch
  std::string path;
  std::string text;
  Author author;
  std::string message;
};

// A branch of another repository.
struct RemoteBranch {
  std::string url;
  std::string branch;
  std::string ref{};  // under which the repository here keeps what it last saw of it, refs/remotes/origin/main

  bool operator==(const RemoteBranch&) const = default;
};

// How two lines of history differ, in commits.
struct Distance {
  size_t ahead = 0;
  size_t behind = 0;
};

// How long a remote may take, from the first byte to the last.
constexpr Millis kRemoteLimit{60'000};

// A connection over which one branch of a remote moves, once. The remote compares with where the branch stood when the
// connection was made. Used on the thread that opened it, no longer than the repository lives.
class PushSession {
 public:
  PushSession(PushSession&&) noexcept;
  PushSession& operator=(PushSession&&) noexcept;
  ~PushSession();

  // Where the branch stood; empty if the remote has none of that name.
  const std::string& tip() const;

  // Moves it to `commit`, one of the repository's; the `ref` of the branch follows. Kind::conflict if it has moved
  // meanwhile, Kind::denied if a hook refuses, otherwise as Repository::fetch.
  Result<> move_to(const std::string& commit);

 private:
  friend class Repository;
  struct State;
  explicit PushSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// An opened repository. Movable; one thread at a time. Failures that every call may give: Kind::io for a damaged
// repository, Kind::not_found for what is named and not there.
class Repository {
 public:
  // A bare repository, a work tree or any folder in one. Kind::not_found if there is none.
  static Result<Repository> open(const std::filesystem::path& path);

  // The bare repository in `folder`, made if the folder is missing or empty: where fetch() keeps what it got.
  static Result<Repository> open_or_init_bare(const std::filesystem::path& folder);

  // The repository in `folder` itself, not in one above it; made if there is none, with HEAD on `branch` and no commit.
  static Result<Repository> open_or_init(const std::filesystem::path& folder, bool bare, const std::string& branch);

  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  // The top of the work tree; empty for a bare repository.
  std::filesystem::path work_tree() const;
  bool is_shallow() const;

  // The commit that HEAD or the branch names. Kind::not_found before the first commit.
  Result<std::string> head() const;
  Result<std::string> tip(const std::string& branch) const;

  // The whole id for the first digits of one, at least four. Kind::usage for anything else and for digits that several
  // commits share.
  Result<std::string> find_commit_id(const std::string& digits) const;

  Result<CommitInfo> commit_info(const std::string& commit) const;
  // The text of a file of at most `max_bytes` in that commit; Kind::invalid if it is larger.
  Result<std::string> read_blob(const std::string& commit, const std::string& path,
                                size_t max_bytes = 64 * 1024 * 1024) const;
  // How many commits the first-parent line has from here to its root (in a shallow clone: to where it is cut off).
  Result<int> first_parent_count(const std::string& commit) const;
  // The commits of the first-parent line that changed `path`, the newest first, at most `max`.
  Result<std::vector<CommitInfo>> log(const std::string& commit, const std::string& path, size_t max) const;

  // How far `commit` is ahead of and behind `other`.
  Result<Distance> distance(const std::string& commit, const std::string& other) const;

  // Where the branch is pulled from and pushed to (branch.NAME.remote and .merge, remote.NAME.url); nothing if it has
  // no such settings, or they name a branch of this repository. A relative path is made absolute.
  Result<std::optional<RemoteBranch>> upstream(const std::string& branch) const;
  // Where the upstream stood when it was last seen. Kind::not_found if it never was.
  Result<std::string> last_seen(const RemoteBranch& upstream) const;

  // Whether a tracked file of the work tree or the index differs from HEAD. Untracked files do not count.
  Result<bool> is_dirty() const;
  // Whether this file of the work tree or the index differs from HEAD.
  Result<bool> is_dirty(const std::string& path) const;

  // The files of the work tree, sorted: what is tracked and is there, and what is neither tracked nor ignored. Links
  // and submodules are left out. Kind::usage for a bare repository.
  Result<std::vector<std::string>> work_files() const;
  // The last commits that touched these lines of a file of the work tree, as many as there are lines; nothing for a
  // line that is not committed as it stands. Only the history of the lines is walked.
  Result<std::vector<std::optional<CommitInfo>>> blame(const std::string& path, const std::vector<int>& lines) const;

  // GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL, then git's user.name and user.email. Kind::usage, saying how to set them, if
  // neither is there.
  Result<Author> default_author() const;

  // Writes the commit without moving any branch; its id.
  Result<std::string> write_commit(const FileCommit& commit);

  // Writes the commit and moves the branch to it, if the branch still stands on the parent. Kind::conflict if it moved
  // (nothing changed then), Kind::locked if another process was moving it at that moment. Where the branch is checked
  // out, the file in the work tree and the index follows, and must be clean before, or Kind::conflict.
  Result<std::string> commit_file(const std::string& branch, const FileCommit& commit);

  // Moves the branch forward to `commit`, a later one of its line; where it is checked out, the index and the work tree
  // follow. Kind::conflict, and nothing changed, if the branch has commits of its own or uncommitted work is in the
  // way. A branch that does not exist is made.
  Result<> fast_forward(const std::string& branch, const std::string& commit);
  // Whether it could, without doing it.
  Result<> check_fast_forward(const std::string& branch, const std::string& commit) const;

  // Waits until no other process of ours has it, for several steps that belong together; given back with the object.
  Result<Descriptor> take_turn() const;

  // Gets that one branch, and only that, with its history. The URL is used as it is (url.*.insteadOf is not applied).
  // Kind::unavailable if the remote cannot be reached, Kind::denied if it refuses us, Kind::not_found if it has no such
  // branch; our branch then stays as it was.
  Result<std::string> fetch(const std::string& url, const std::string& branch, Millis limit = kRemoteLimit);
  // The same into the branch's `ref`: no branch of this repository moves. Where another process moves the ref at that
  // moment it stays to that one; what was asked for is here all the same.
  Result<std::string> fetch(const RemoteBranch& remote, Millis limit = kRemoteLimit);

  // For moving a branch of a remote (https, ssh, git, http). Failures as fetch; local URLs are Kind::usage: libgit2's
  // local transport loses commits in a race.
  Result<PushSession> open_push(const RemoteBranch& remote, Millis limit = kRemoteLimit);

 private:
  struct State;
  explicit Repository(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The folder that a plain path or a file:// URL names; nothing for remote URLs, `user@host:path` included.
std::optional<std::filesystem::path> local_path(std::string_view url);

// The URL without the user and password before its host, for people and logs: those are for the remote only. A name
// without "://", such as `user@host:path`, holds no password and stays as it is.
std::string without_user(std::string_view url);

}  // namespace trunkline::base
