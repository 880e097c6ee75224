#pragma once

#include "base/git/repository.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// A file at the tip of a branch, or at one commit of it. A repository of this machine is read where it is; of a remote
// one the branch is fetched into a bare repository of this source's own below `folder`, which may be there from an
// earlier start.
class GitSource final : public Source {
 public:
  GitSource(const SourceSpec& spec, const std::filesystem::path& folder);

  base::Result<std::optional<SourceText>> poll() override;
  base::Millis interval(base::Millis wanted) const override { return wanted; }

 private:
  base::Result<base::Repository> refresh() const;

  SourceSpec spec_;
  std::filesystem::path folder_;
  std::string last_;
};

}  // namespace trunkline::flags
