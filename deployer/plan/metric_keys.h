#pragma once

#include "deployer/plan/keys.h"

namespace trunkline::deployer {

// A metric, with all that it may ask, and a template's `provider`; read by analysis_parser, query_parser and
// against_parser.
extern const Table kMetricKeys;
extern const Table kProviderKeys;

}  // namespace trunkline::deployer
