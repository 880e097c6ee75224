#pragma once

#include "base/git/repository.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// A file at the tip of a branch. A repository of this machine is read where it is; of a remote one the branch is
// fetched into a bare repository in `folder`, which may be there from an earlier start.
class GitSource final : public Source {
 public:
  GitSource(std::string url, std::string branch, std::string path, const std::filesystem::path& folder)
      : url_(std::move(url)), branch_(std::move(branch)), path_(std::move(path)), folder_(folder / "repository.git") {}

  base::Result<std::optional<SourceText>> poll() override;
  base::Millis interval(base::Millis wanted) const override { return wanted; }

 private:
  base::Result<base::Repository> refresh() const;

  std::string url_;
  std::string branch_;
  std::string path_;
  std::filesystem::path folder_;
  std::string last_;
};

}  // namespace trunkline::flags
