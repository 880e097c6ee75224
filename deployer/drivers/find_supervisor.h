#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/core/process.h"

namespace trunkline::deployer {

// A supervisor of ours that still runs, though what it wrote of itself may be lost.
struct FoundSupervisor {
  base::ProcessIdentity supervisor;
  std::optional<base::ProcessIdentity> child;  // what it runs now
};

// The one of this instance's folder, by its command line; nothing if there is none.
std::optional<FoundSupervisor> find_supervisor(const std::filesystem::path& instance);

// The folder of an instance that is supervised at this address ("127.0.0.1:8080"), other than `own`. The command line
// of a supervisor is the mark by which state folders know of each other: every user may read it.
std::optional<std::filesystem::path> find_supervised_at(const std::string& address, const std::filesystem::path& own);

}  // namespace trunkline::deployer
