#pragma once

#include <span>
#include <string_view>

#include "base/yaml/yaml.h"
#include "pipelines/workflow/finding.h"

namespace trunkline::pipelines {

using Keys = std::span<const std::string_view>;

// The keys that GitHub documents (docs.github.com, "Workflow syntax for GitHub Actions").
inline constexpr std::string_view kWorkflowKeys[] = {"name", "description", "run-name",    "on",         "permissions",
                                                     "env",  "defaults",    "concurrency", "cache-mode", "jobs"};
inline constexpr std::string_view kJobKeys[] = {
    "name",      "permissions", "needs", "if",       "runs-on", "snapshot",   "environment",
    "outputs",   "concurrency", "env",   "defaults", "steps",   "strategy",   "timeout-minutes",
    "container", "services",    "uses",  "with",     "secrets", "cache-mode", "continue-on-error"};
inline constexpr std::string_view kStepKeys[] = {
    "id",   "if",  "name", "uses",     "run",    "working-directory", "shell",           "background",
    "with", "env", "wait", "wait-all", "cancel", "continue-on-error", "timeout-minutes", "parallel"};
inline constexpr std::string_view kStrategyKeys[] = {"matrix", "fail-fast", "max-parallel"};
inline constexpr std::string_view kDefaultsKeys[] = {"run"};
inline constexpr std::string_view kRunDefaultsKeys[] = {"shell", "working-directory"};
inline constexpr std::string_view kConcurrencyKeys[] = {"group", "cancel-in-progress", "queue"};
// What makes a step: each has exactly one of these.
inline constexpr std::string_view kStepActs[] = {"run", "uses", "wait", "wait-all", "cancel", "parallel"};

// Every other key of the mapping becomes a finding; `owner` as "a job". Other nodes have no keys.
void check_keys(const base::YamlNode* node, std::string_view owner, Keys known, Findings& findings);

}  // namespace trunkline::pipelines
