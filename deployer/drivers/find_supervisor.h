#pragma once

#include <filesystem>
#include <optional>

#include "base/core/process.h"

namespace trunkline::deployer {

// A supervisor of ours that still runs, though what it wrote of itself may be lost.
struct FoundSupervisor {
  base::ProcessIdentity supervisor;
  std::optional<base::ProcessIdentity> child;  // what it runs now
};

// The one of this instance's folder, by its command line; nothing if there is none.
std::optional<FoundSupervisor> find_supervisor(const std::filesystem::path& instance);

}  // namespace trunkline::deployer
