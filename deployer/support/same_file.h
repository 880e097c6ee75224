#pragma once

#include "base/core/files.h"

namespace trunkline::deployer {

// Whether both are open on one file; false where either is not open.
bool is_same_file(const base::Descriptor& a, const base::Descriptor& b);

}  // namespace trunkline::deployer
