#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/core/files.h"

namespace trunkline::flags {

// What was got of a remote repository, so that the next call gets only what is new: a bare repository below
// $XDG_CACHE_HOME or ~/.cache, one for each URL, which several processes may use at once and anybody may delete. Where
// there is no such place it is a temporary folder that goes with the object.
class RemoteCache {
 public:
  static base::Result<RemoteCache> open(const std::string& url);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  RemoteCache(std::filesystem::path folder, std::optional<base::TempFolder> passing)
      : folder_(std::move(folder)), passing_(std::move(passing)) {}

  std::filesystem::path folder_;
  std::optional<base::TempFolder> passing_;
};

}  // namespace trunkline::flags
