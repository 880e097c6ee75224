#include "pipelines/workflow/lint.h"

#include <algorithm>

#include "pipelines/workflow/rules.h"

namespace trunkline::pipelines {
namespace {

constexpr std::string_view kIgnore = "# pipelines: ignore[";

bool ignores(std::string_view line, std::string_view rule) {
  const size_t comment = line.rfind(kIgnore);
  if (comment == std::string_view::npos) return false;
  const std::string_view rules = line.substr(comment + kIgnore.size());
  const auto words = base::split(rules.substr(0, rules.find(']')), ',');
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return base::trim(word) == rule; });
}

bool is_ignored(const Finding& finding, const Source& source) {
  const auto number = static_cast<size_t>(finding.where.line);
  const std::string_view rule = to_string(finding.rule);
  const std::string_view before = number > 1 ? source.line(number - 1) : "";
  return ignores(source.line(number), rule) || (base::trim(before).starts_with('#') && ignores(before, rule));
}

}  // namespace

std::vector<Finding> lint(std::string_view text, std::string_view file) {
  const Source source(text);
  Findings findings{std::string(file)};
  const base::YamlDocument document = base::parse_yaml_collect(text, file);
  for (const base::YamlError& error : document.errors) {
    findings.error(error.duplicate_key ? Rule::duplicate_key : Rule::yaml_syntax,
                   {std::max(error.where.line, 1), std::max(error.where.column, 1)}, error.message);
  }
  if (document.root) {
    const Workflow workflow = parse_workflow(*document.root, findings);
    check_ids(workflow, findings);
    check_needs(workflow, findings);
    check_expressions(*document.root, workflow, source, findings);
  }
  std::vector<Finding> all = findings.take();
  if (text.find(kIgnore) != std::string_view::npos) {
    std::erase_if(all, [&](const Finding& finding) { return is_ignored(finding, source); });
  }
  return all;
}

}  // namespace trunkline::pipelines
