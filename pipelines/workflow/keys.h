#pragma once

#include <string_view>
#include <vector>

#include "base/yaml/yaml.h"
#include "pipelines/workflow/finding.h"

namespace trunkline::pipelines {

using Keys = std::vector<std::string_view>;

// The keys that GitHub documents (docs.github.com, "Workflow syntax for GitHub Actions").
extern const Keys kWorkflowKeys;
extern const Keys kJobKeys;
extern const Keys kStepKeys;
extern const Keys kStrategyKeys;
extern const Keys kDefaultsKeys;
extern const Keys kRunDefaultsKeys;
extern const Keys kConcurrencyKeys;
// What makes a step: each has exactly one of these.
extern const Keys kStepActs;

// Every other key of the mapping becomes a finding; `owner` as "a job". Other nodes have no keys.
void check_keys(const base::YamlNode* node, std::string_view owner, const Keys& known, Findings& findings);

}  // namespace trunkline::pipelines
