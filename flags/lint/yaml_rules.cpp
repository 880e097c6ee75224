#include <algorithm>

#include "base/yaml/yaml.h"
#include "flags/definition/yaml/document.h"
#include "flags/lint/rules.h"

// Words that YAML 1.2 takes for text and YAML 1.1, which other readers of the same file speak, for a boolean.
namespace trunkline::flags {
namespace {

using base::YamlNode;

bool is_boolean_of_yaml_1_1(const YamlNode& node) {
  if (!node.is_scalar() || node.style != base::YamlStyle::plain) return false;
  std::string lower = node.text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower == "on" || lower == "off" || lower == "yes" || lower == "no" || lower == "y" || lower == "n";
}

void walk(const YamlNode& node, std::string_view name, std::vector<Finding>& findings) {
  if (findings.size() >= FlagSet::kMostProblems) return;
  if (is_boolean_of_yaml_1_1(node)) {
    findings.push_back({Severity::warning,
                        "yaml-boolean",
                        {std::string(name), node.start.line, node.start.column},
                        fmt::format("{} is a boolean for readers of YAML 1.1; write \"{}\"", node.text, node.text)});
  }
  for (const YamlNode& item : node.items) walk(item, name, findings);
  for (const base::YamlMember& member : node.members) {
    walk(member.key, name, findings);
    walk(member.value, name, findings);
  }
}

}  // namespace

void lint_yaml(std::string_view text, std::string_view name, std::vector<Finding>& findings) {
  if (format_of(text, name) != Format::yaml) return;
  const auto root = base::parse_yaml(text, name, flag_yaml_limits());
  if (root) walk(*root, name, findings);
}

}  // namespace trunkline::flags
