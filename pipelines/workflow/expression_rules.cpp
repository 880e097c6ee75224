#include <fmt/format.h>
#include <unordered_set>

#include "pipelines/workflow/expression.h"
#include "pipelines/workflow/placeholders.h"
#include "pipelines/workflow/rules.h"

namespace trunkline::pipelines {
namespace {

using base::YamlNode;
using Conditions = std::unordered_set<const YamlNode*>;

void collect(const std::vector<Step>& steps, Conditions& conditions) {
  for (const Step& step : steps) {
    conditions.insert(step.condition);
    collect(step.parallel, conditions);
  }
}

// The expressions of one scalar.
class Scalar {
 public:
  Scalar(const YamlNode& node, const Source& source, Findings& findings)
      : text_(node.text), source_(source), places_(locate_scalar(source, node)), findings_(findings) {}

  void check_text() {
    const Placeholders placeholders = find_placeholders(text_);
    for (const Placeholder& one : placeholders.found) check(one.expression, one.offset);
    if (placeholders.unclosed) wrong(placeholders.unclosed->offset, placeholders.unclosed->message);
  }

  void check_condition() {
    if (text_.find("${{") == std::string_view::npos) {
      if (!base::trim(text_).empty()) check(text_, 0);
      return;
    }
    check_text();
    const Placeholders placeholders = find_placeholders(text_);
    if (placeholders.unclosed) return;
    const Placeholder& first = placeholders.found.front();
    if (first.start == 0 && first.end == text_.size()) return;
    const std::string_view before = text_.substr(0, first.start);
    const bool blank = base::trim(before).empty() && base::trim(text_.substr(first.end)).empty();
    wrong(before.empty() ? first.end : 0,
          fmt::format("{} around ${{{{ }}}} makes this condition always true: {}", blank ? "white space" : "text",
                      blank ? "remove it (|- instead of |)" : "put everything inside one pair of braces, or use none"));
  }

 private:
  void check(std::string_view text, size_t offset) {
    const auto expression = parse_expression(text);
    if (!expression) {
      wrong(offset + expression.error().offset, expression.error().message);
      return;
    }
    for (const NameError& error : check_names(*expression)) {
      const Rule rule = error.unknown_context ? Rule::unknown_context : Rule::expression_syntax;
      findings_.error(rule, place(offset + error.offset), error.message);
    }
  }

  base::Position place(size_t offset) const { return source_.position(places_[std::min(offset, places_.size() - 1)]); }
  void wrong(size_t offset, std::string message) {
    findings_.error(Rule::expression_syntax, place(offset), std::move(message));
  }

  std::string_view text_;
  const Source& source_;
  std::vector<size_t> places_;
  Findings& findings_;
};

class Walk {
 public:
  Walk(const Conditions& conditions, const Source& source, Findings& findings)
      : conditions_(conditions), source_(source), findings_(findings) {}

  void visit(const YamlNode& node) {
    if (node.is_scalar()) scalar(node);
    for (const YamlNode& item : node.items) visit(item);
    for (const base::YamlMember& member : node.members) {
      visit(member.key);
      visit(member.value);
    }
  }

 private:
  void scalar(const YamlNode& node) {
    if (conditions_.contains(&node)) {
      Scalar(node, source_, findings_).check_condition();
    } else if (node.text.find("${{") != std::string::npos) {
      Scalar(node, source_, findings_).check_text();
    }
  }

  const Conditions& conditions_;
  const Source& source_;
  Findings& findings_;
};

}  // namespace

void check_expressions(const YamlNode& root, const Workflow& workflow, const Source& source, Findings& findings) {
  Conditions conditions;
  for (const Job& job : workflow.jobs) {
    conditions.insert(job.condition);
    collect(job.steps, conditions);
  }
  Walk(conditions, source, findings).visit(root);
}

}  // namespace trunkline::pipelines
