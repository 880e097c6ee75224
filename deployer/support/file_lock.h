#pragma once

#include "base/core/files.h"

// A lock on a whole file that belongs to one opening of it (an open file description lock of fcntl): it goes to
// children with the descriptor, and the kernel gives it back when the last copy is closed, however that comes.
namespace trunkline::deployer {

// Does not wait; false if another opening has it. `file` must be open for writing.
bool try_lock(const base::Descriptor& file);

// Whether another opening has it. Asking is in nobody's way.
bool is_locked_elsewhere(const base::Descriptor& file);

}  // namespace trunkline::deployer
