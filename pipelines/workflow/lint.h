#pragma once

#include <string_view>
#include <vector>

#include "pipelines/workflow/finding.h"

namespace trunkline::pipelines {

// All that is wrong with one workflow file, by place. Pure and thread-safe; broken YAML is a finding too.
// A comment `# pipelines: ignore[rule, rule]` at the end of a line, or alone on the line before, silences them there.
std::vector<Finding> lint(std::string_view text, std::string_view file);

}  // namespace trunkline::pipelines
