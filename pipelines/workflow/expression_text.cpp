#include <fmt/format.h>

#include "pipelines/workflow/expression.h"

namespace trunkline::pipelines {
namespace {

std::string_view head_of(const Expression& node) {
  switch (node.kind) {
    case ExpressionKind::null:
    case ExpressionKind::boolean:
    case ExpressionKind::number:
    case ExpressionKind::string:
    case ExpressionKind::context:
    case ExpressionKind::call:
      return node.text;
    case ExpressionKind::property:
      return ".";
    case ExpressionKind::index:
      return "[]";
    case ExpressionKind::filter:
      return ".*";
    case ExpressionKind::negation:
      return "!";
    case ExpressionKind::less:
      return "<";
    case ExpressionKind::less_or_equal:
      return "<=";
    case ExpressionKind::greater:
      return ">";
    case ExpressionKind::greater_or_equal:
      return ">=";
    case ExpressionKind::equal:
      return "==";
    case ExpressionKind::not_equal:
      return "!=";
    case ExpressionKind::conjunction:
      return "&&";
    case ExpressionKind::disjunction:
      return "||";
  }
  return "";
}

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

}  // namespace

std::string to_string(const Expression& expression) {
  if (expression.kind == ExpressionKind::string) return quoted(expression.text);
  if (expression.kind == ExpressionKind::number) return fmt::format("{}", expression.number);
  if (expression.children.empty() && expression.kind != ExpressionKind::call) return std::string(head_of(expression));
  std::string text = fmt::format("({}", head_of(expression));
  for (const Expression& child : expression.children) text += " " + to_string(child);
  if (expression.kind == ExpressionKind::property) text += " " + expression.text;
  return text + ")";
}

}  // namespace trunkline::pipelines
