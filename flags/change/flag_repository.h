#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/core/files.h"
#include "base/core/json.h"
#include "base/git/repository.h"
#include "flags/change/edit.h"

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

struct ChangeRequest {
  Edit edit;
  std::string reason{};  // become trailers of the commit; empty: none
  std::string ticket{};
  bool dry_run = false;
  // The flag as the caller saw it: another one there is a change by somebody else. Absent: as it stands at the start.
  std::optional<base::Json> seen{};
};

struct ChangeResult {
  FlagChange change;
  std::optional<std::string> commit;  // absent for a dry run, and where nothing had to change
  bool pushed = false;                // to a remote
  std::string diff;
};

// One thread at a time.
class FlagRepository {
 public:
  // Opens a local repository, or gets the branch of a remote one into a temporary folder. Kind::unavailable for a
  // remote that is gone, Kind::not_found for a path without a repository.
  static base::Result<FlagRepository> open(FlagPlace place);

  // What the branch holds now; a remote one is asked each time.
  base::Result<FlagFile> read();

  // The last commit of the first-parent line that changed the file.
  base::Result<base::CommitInfo> last_change();

  // Makes the edit one commit. Where another writer was faster the edit is made again on the new tip, as long as the
  // same flag did not change: then Kind::conflict with both sides. Nothing is changed by a failure.
  base::Result<ChangeResult> change(const ChangeRequest& request);

 private:
  FlagRepository(FlagPlace place, base::Repository repository, std::optional<base::TempFolder> folder)
      : place_(std::move(place)), repository_(std::move(repository)), folder_(std::move(folder)) {}

  base::Result<std::string> commit(const ChangeRequest& request, const FlagFile& file, const EditedText& edited);

  FlagPlace place_;
  base::Repository repository_;
  std::optional<base::TempFolder> folder_;  // of a remote repository
};

}  // namespace trunkline::flags
