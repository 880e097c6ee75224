#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <sys/types.h>

namespace trunkline::deployer {

// Bytes of memory that each process group has now, by its leader.
std::map<pid_t, int64_t> memory_by_group();

// Bytes that could be taken without swapping, as the kernel estimates; nothing where it does not say.
std::optional<int64_t> available_memory();

}  // namespace trunkline::deployer
