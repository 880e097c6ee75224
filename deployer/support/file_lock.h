#pragma once

#include <cstdint>

#include "base/core/files.h"

// Locks on a file that belong to one opening of it (open file description locks of fcntl): they go to children with the
// descriptor, and the kernel gives them back when the last copy is closed, however that comes.
namespace trunkline::deployer {

// What is locked: all of it, or one byte, which need not be there.
constexpr int64_t kWholeFile = -1;

// Does not wait; false if another opening has it. `file` must be open for writing.
bool try_lock(const base::Descriptor& file, int64_t byte = kWholeFile);

// As one of several that keep out only who wants it alone. `file` must be open for reading.
bool try_share(const base::Descriptor& file);

// Whether another opening has it. Asking is in nobody's way.
bool is_locked_elsewhere(const base::Descriptor& file, int64_t byte = kWholeFile);

}  // namespace trunkline::deployer
