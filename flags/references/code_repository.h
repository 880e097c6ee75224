#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/git/repository.h"
#include "flags/references/key_finder.h"

namespace trunkline::flags {

// One place in code that names a flag.
struct Reference {
  std::string key;
  std::string path;  // from the top of the work tree
  int line = 0;
  int column = 0;
  std::string text;                             // of the line, without the space around it, cut at 200 bytes
  std::optional<base::CommitInfo> last_change;  // of the line; absent where it is not committed
  bool has_history = true;                      // false where a shallow clone cuts it off
};

// A file of the code and the keys that it names.
struct CodeFile {
  std::string path;
  std::string text;
  std::vector<KeyUse> uses;
};

// The work tree of a repository that holds code, or a folder in it. One thread.
class CodeRepository {
 public:
  // Kind::not_found where there is none, Kind::usage for a bare one.
  static base::Result<CodeRepository> open(const std::filesystem::path& folder);

  // Every file that names one of the keys, by path; what git ignores and flag files themselves are not looked at.
  // `seen` is told of each file that is read. Files of more than 4 MiB, binary ones and those that cannot be read are
  // passed over and counted.
  base::Result<std::vector<CodeFile>> files_with(const KeySet& keys, const std::function<void()>& seen = [] {});
  size_t passed_over() const { return passed_over_; }

  // The places in these files, with the commits that touched them last.
  base::Result<std::vector<Reference>> references(const std::vector<CodeFile>& files) const;

 private:
  CodeRepository(base::Repository repository, std::string folder)
      : repository_(std::move(repository)), folder_(std::move(folder)) {}

  base::Repository repository_;
  std::string folder_;  // below the top, with a slash at its end; empty for all
  size_t passed_over_ = 0;
};

}  // namespace trunkline::flags
