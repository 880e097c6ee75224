#pragma once

#include "deployer/plan/fields.h"

namespace trunkline::deployer {

extern const Table kConfigKeys;

// `config`: the files whose content is part of the revision.
base::Result<> read_config(const Fields& root, Config& config);

}  // namespace trunkline::deployer
