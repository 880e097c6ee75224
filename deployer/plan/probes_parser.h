#pragma once

#include "deployer/plan/analysis_parser.h"

namespace trunkline::deployer {

extern const Table kProbesKeys;

base::Result<> read_probes(const Fields& root, Probes& probes);

// The synthetic probes, as metrics that judge every bake.
base::Result<> add_synthetic(const Fields& root, Analysis& analysis, Templates& templates);

}  // namespace trunkline::deployer
