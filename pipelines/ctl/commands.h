#pragma once

#include "base/cli/tool.h"

// One file a command; each adds itself to the tool.
namespace trunkline::pipelines {

void add_lint(base::cli::Tool& tool);
void add_version(base::cli::Tool& tool);

}  // namespace trunkline::pipelines
