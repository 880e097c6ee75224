#include "pipelines/workflow/keys.h"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::pipelines {

const Keys kWorkflowKeys = {"name", "description", "run-name",    "on",         "permissions",
                            "env",  "defaults",    "concurrency", "cache-mode", "jobs"};
const Keys kJobKeys = {"name",      "permissions", "needs", "if",       "runs-on", "snapshot",   "environment",
                       "outputs",   "concurrency", "env",   "defaults", "steps",   "strategy",   "timeout-minutes",
                       "container", "services",    "uses",  "with",     "secrets", "cache-mode", "continue-on-error"};
const Keys kStepKeys = {
    "id",   "if",  "name", "uses",     "run",    "working-directory", "shell",           "background",
    "with", "env", "wait", "wait-all", "cancel", "continue-on-error", "timeout-minutes", "parallel"};
const Keys kStrategyKeys = {"matrix", "fail-fast", "max-parallel"};
const Keys kDefaultsKeys = {"run"};
const Keys kRunDefaultsKeys = {"shell", "working-directory"};
const Keys kConcurrencyKeys = {"group", "cancel-in-progress", "queue"};
const Keys kStepActs = {"run", "uses", "wait", "wait-all", "cancel", "parallel"};

void check_keys(const base::YamlNode* node, std::string_view owner, const Keys& known, Findings& findings) {
  if (node == nullptr || !node->is_mapping()) return;
  for (const base::YamlMember& member : node->members) {
    const std::string_view key = member.key.text;
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    findings.error(Rule::unknown_key, member.key.start,
                   fmt::format("unknown key \"{}\" in {}{}", key, owner, base::did_you_mean(key, known)));
  }
}

}  // namespace trunkline::pipelines
