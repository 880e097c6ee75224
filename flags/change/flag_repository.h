#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/git/repository.h"
#include "flags/change/edit.h"
#include "flags/change/flag_branch.h"
#include "flags/change/remote_cache.h"

// Flags in a git repository: what the log says is who changed what, when and why.
namespace trunkline::flags {

// Which file of which branch of which repository: a path of this machine, a file:// URL or a remote URL.
struct FlagPlace {
  std::string repository;
  std::string branch = "main";
  std::string path = "flags/flags.json";
};

// The file at the tip of the branch.
struct FlagFile {
  std::string commit;
  std::string text;
};

// How a change is made, whatever it is.
struct CommitOptions {
  std::string reason{};  // become trailers of the commit; empty: none
  std::string ticket{};
  bool dry_run = false;
  bool push = true;  // false: only in the clone, not on its upstream
};

struct ChangeRequest {
  std::vector<Edit> edits;  // one commit of them all
  CommitOptions options{};
};

struct ChangeResult {
  std::vector<FlagChange> changes;
  std::optional<std::string> commit;  // absent for a dry run, and where nothing had to change
  bool pushed = false;                // to another repository than the one that was opened
  std::string before;                 // the file; empty where it was not there
  std::string after;
  std::string diff;
};

// A commit that changed the file.
struct HistoryEntry {
  base::CommitInfo commit;
  std::vector<std::string> keys;  // of the flags that are others since
};

// How a clone stands to the repository that it is of.
struct CloneState {
  base::RemoteBranch upstream;
  std::optional<base::Distance> distance;  // as last seen; absent where it never was
};

// One thread at a time.
//
// A change is made in a bare repository or on a remote by moving the branch from where it was seen. In a work tree
// whose branch has an upstream it is made there in the same way, and the work tree then follows; without an upstream,
// or without push, only in the repository itself.
class FlagRepository {
 public:
  // Opens a local repository, or the cache of a remote one. Kind::not_found for a path without a repository.
  static base::Result<FlagRepository> open(FlagPlace place);

  // The same; where the folder itself holds no repository one is made, with HEAD on the branch and no commit.
  static base::Result<FlagRepository> open_or_make(FlagPlace place, bool bare);

  // The file as the branch holds it: of a clone as it is here, of a remote asked each time. Kind::not_found for a
  // branch without a commit or without the file.
  base::Result<FlagFile> read();

  // The last commit of the first-parent line that changed the file.
  base::Result<base::CommitInfo> last_change();

  // The commits of the first-parent line that changed the file, or one flag of it, the newest first, at most `max`.
  base::Result<std::vector<HistoryEntry>> history(const std::optional<std::string>& key, size_t max);

  // Makes the edits one commit. Where another writer was faster they are made again on the new tip, as long as the same
  // flags did not change: then Kind::conflict with both sides. Kind::conflict also for a clone with commits that its
  // upstream lacks and where uncommitted work is in the way; Kind::usage without `push` on a remote. Nothing is changed
  // by a failure, but that the clone of a change on its upstream may be left behind: the message then says so.
  base::Result<ChangeResult> change(const ChangeRequest& request);

  // A commit that takes back what `commit` (or its first digits) did to its flags, or to one of them. Kind::conflict
  // with both sides where one has changed since, Kind::not_found where it changed none.
  base::Result<ChangeResult> revert(const std::string& commit, const std::optional<std::string>& key,
                                    const CommitOptions& options);

  // Adds the file, with an empty set, to a repository that may have no commit yet. Kind::conflict if it is there.
  base::Result<ChangeResult> add_file(const CommitOptions& options);

  // Nothing for a repository that is no work tree with an upstream.
  base::Result<std::optional<CloneState>> clone_state() const;
  // Whether the work tree holds the file as it is committed; true also without a work tree.
  base::Result<bool> is_clean() const;

 private:
  // What is to be committed instead of the file as it is.
  struct Draft {
    std::string text;
    std::vector<FlagChange> changes;
    std::string summary;
    std::string trailers{};
  };
  // Asked anew after a lost race, with the repository that holds the branch; without a text where the file is not
  // there.
  using Drafter = std::function<base::Result<Draft>(const base::Repository&, const std::optional<std::string>&)>;

  FlagRepository(FlagPlace place, base::Repository repository, std::optional<RemoteCache> cache)
      : place_(std::move(place)), repository_(std::move(repository)), cache_(std::move(cache)) {}

  base::Result<ChangeResult> commit(const CommitOptions& options, const Drafter& drafter);
  base::Result<Draft> draft(std::vector<Edit>& edits, const std::optional<std::string>& text) const;
  // The upstream on which a change is made; nothing where it is made in the repository itself.
  base::Result<std::optional<base::RemoteBranch>> upstream() const;
  base::Result<FlagBranch> target(const std::optional<base::RemoteBranch>& upstream);
  // Whether the clone can follow a change of the file on top of `tip`.
  base::Result<> check_clone(const base::RemoteBranch& upstream, const std::string& tip);
  base::Result<> follow(const base::RemoteBranch& upstream, const std::string& commit);
  // The tip here; a remote is asked.
  base::Result<std::string> tip();
  base::Result<std::vector<Edit>> edits_against(const base::Repository& repository, const std::string& commit,
                                                const std::optional<std::string>& key) const;

  FlagPlace place_;
  base::Repository repository_;
  std::optional<RemoteCache> cache_;  // of a remote repository
};

}  // namespace trunkline::flags
