#pragma once

#include "deployer/plan/analysis_parser.h"
#include "deployer/plan/fields.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

extern const Table kStrategyKeys;

// `strategy`. The analysis templates and the traffic have been read.
base::Result<> read_strategy(const Fields& root, const Templates& templates, Rollout& rollout);

}  // namespace trunkline::deployer
