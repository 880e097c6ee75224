#include "pipelines/workflow/finding.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace trunkline::pipelines {

std::string_view to_string(Rule rule) {
  switch (rule) {
    case Rule::yaml_syntax:
      return "yaml-syntax";
    case Rule::duplicate_key:
      return "duplicate-key";
    case Rule::unknown_key:
      return "unknown-key";
    case Rule::structure:
      return "structure";
    case Rule::unknown_need:
      return "unknown-need";
    case Rule::circular_needs:
      return "circular-needs";
    case Rule::expression_syntax:
      return "expression-syntax";
    case Rule::unknown_context:
      return "unknown-context";
  }
  return "";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
  }
  return "";
}

std::string to_string(const Finding& finding) {
  return fmt::format("{}: {}: {} [{}]", to_string(finding.where), to_string(finding.severity), finding.message,
                     to_string(finding.rule));
}

void Findings::error(Rule rule, base::Position place, std::string message) {
  findings_.push_back({rule, Severity::error, {file_, place.line, place.column}, std::move(message)});
}

std::vector<Finding> Findings::take() {
  const auto key = [](const Finding& finding) {
    return std::tie(finding.where.line, finding.where.column, finding.rule, finding.message);
  };
  std::sort(findings_.begin(), findings_.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  findings_.erase(std::unique(findings_.begin(), findings_.end()), findings_.end());
  return std::move(findings_);
}

}  // namespace trunkline::pipelines
