#include "pipelines/workflow/keys.h"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::pipelines {

void check_keys(const base::YamlNode* node, std::string_view owner, Keys known, Findings& findings) {
  if (node == nullptr || !node->is_mapping()) return;
  for (const base::YamlMember& member : node->members) {
    const std::string_view key = member.key.text;
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    findings.error(
        Rule::unknown_key, member.key.start,
        fmt::format("unknown key \"{}\" in {}{}", key, owner, base::did_you_mean(key, {known.begin(), known.end()})));
  }
}

}  // namespace trunkline::pipelines
