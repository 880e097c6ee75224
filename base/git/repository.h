#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
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

// How long a remote may take, from the first byte to the last.
constexpr Millis kRemoteLimit{60'000};

// An opened repository. Movable; one thread at a time. Failures that every call may give: Kind::io for a damaged
// repository, Kind::not_found for what is named and not there.
class Repository {
 public:
  // A bare repository, a work tree or any folder in one. Kind::not_found if there is none.
  static Result<Repository> open(const std::filesystem::path& path);

  // The bare repository in `folder`, made if the folder is missing or empty: where fetch() keeps what it got.
  static Result<Repository> open_or_init_bare(const std::filesystem::path& folder);

  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  // The top of the work tree; empty for a bare repository.
  std::filesystem::path work_tree() const;
  bool is_shallow() const;

  // The commit that HEAD or the branch names. Kind::not_found before the first commit.
  Result<std::string> head() const;
  Result<std::string> tip(const std::string& branch) const;

  Result<CommitInfo> commit_info(const std::string& commit) const;
  // The text of a file of at most `max_bytes` in that commit; Kind::invalid if it is larger.
  Result<std::string> read_blob(const std::string& commit, const std::string& path,
                                size_t max_bytes = 64 * 1024 * 1024) const;
  // How many commits the first-parent line has from here to its root (in a shallow clone: to where it is cut off).
  Result<int> first_parent_count(const std::string& commit) const;
  // The commits of the first-parent line that changed `path`, the newest first, at most `max`.
  Result<std::vector<CommitInfo>> log(const std::string& commit, const std::string& path, size_t max) const;

  // Whether a tracked file of the work tree or the index differs from HEAD. Untracked files do not count.
  Result<bool> is_dirty() const;

  // GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL, then git's user.name and user.email. Kind::usage, saying how to set them, if
  // neither is there.
  Result<Author> default_author() const;

  // Writes the commit without moving any branch; its id.
  Result<std::string> write_commit(const FileCommit& commit);

  // Writes the commit and moves the branch to it, if the branch still stands on the parent. Kind::conflict if it moved
  // (nothing changed then), Kind::locked if another process was moving it at that moment. Where the branch is checked
  // out, the file in the work tree and the index follows, and must be clean before, or Kind::conflict.
  Result<std::string> commit_file(const std::string& branch, const FileCommit& commit);

  // Gets that one branch, and only that, with its history. The URL is used as it is (url.*.insteadOf is not applied).
  // Kind::unavailable if the remote cannot be reached, Kind::denied if it refuses us, Kind::not_found if it has no such
  // branch; our branch then stays as it was.
  Result<std::string> fetch(const std::string& url, const std::string& branch, Millis limit = kRemoteLimit);

  // Moves the branch of a remote (https, ssh, http) from `expected` to `commit`. Kind::conflict if it has moved,
  // otherwise as fetch. Local URLs are Kind::usage: libgit2's local transport loses commits in a race.
  Result<> push(const std::string& url, const std::string& branch, const std::string& expected,
                const std::string& commit, Millis limit = kRemoteLimit);

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
