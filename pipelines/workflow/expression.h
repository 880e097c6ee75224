#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

// The expression language of GitHub Actions as a tree. Pure; the rules are those of GitHub's own runner
// (github.com/actions/runner, src/Sdk/DTExpressions2).
namespace trunkline::pipelines {

inline constexpr size_t kMostExpressionBytes = 21'000;
inline constexpr int kMostExpressionDepth = 50;

enum class ExpressionKind {
  null,
  boolean,
  number,
  string,
  context,   // a first name: github, env ...
  call,      // text is the function, children its arguments
  property,  // children[0].text
  index,     // children[0][children[1]]
  filter,    // children[0].* or children[0][*]
  negation,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  equal,
  not_equal,
  conjunction,  // two or more children
  disjunction,  // two or more children
};

struct Expression {
  ExpressionKind kind = ExpressionKind::null;
  size_t offset = 0;   // in the expression's text: of the name, the literal or the operator
  std::string text{};  // of a string (unescaped), the name of a context, function or property
  double number = 0;
  bool truth = false;
  std::vector<Expression> children{};
  int depth = 1;
};

struct ExpressionError {
  size_t offset = 0;
  std::string message;
};

// `text` is what stands between ${{ and }}, or an `if:` without them.
tl::expected<Expression, ExpressionError> parse_expression(std::string_view text);

// The names that are wrong although the syntax is right: all unknown functions, wrong numbers of arguments (both
// `unknown_context` false) and unknown contexts, with suggestions.
struct NameError : ExpressionError {
  bool unknown_context = false;
};
std::vector<NameError> check_names(const Expression& expression);

// "github.event_name == 'push'" as (== (. github event_name) 'push'); for tests and for explanations.
std::string to_string(const Expression& expression);

}  // namespace trunkline::pipelines
