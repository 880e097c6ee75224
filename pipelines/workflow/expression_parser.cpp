#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "pipelines/workflow/expression_lexer.h"

namespace trunkline::pipelines {
namespace {

using Parsed = tl::expected<Expression, ExpressionError>;
using Kind = ExpressionKind;

// Leaves the function with the error, as base's TRY does for Result.
#define TRY_PARSE(...)                                                                                           \
  do {                                                                                                           \
    if (auto parsed = (__VA_ARGS__); !parsed) return tl::unexpected<ExpressionError>(std::move(parsed.error())); \
  } while (false)

struct Binary {
  std::string_view symbol;
  Kind kind;
  int level;  // binds weaker the lower it is
};
constexpr Binary kBinaries[] = {
    {"||", Kind::disjunction, 0}, {"&&", Kind::conjunction, 1},
    {"==", Kind::equal, 2},       {"!=", Kind::not_equal, 2},
    {"<", Kind::less, 3},         {"<=", Kind::less_or_equal, 3},
    {">", Kind::greater, 3},      {">=", Kind::greater_or_equal, 3},
};
constexpr int kUnaryLevel = 4;

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}
  Parsed parse();

 private:
  tl::expected<void, ExpressionError> advance(bool after_operand);
  Parsed binary(int level);
  Parsed unary();
  Parsed postfix();
  Parsed primary();
  Parsed group();
  Parsed name();
  Parsed call(Expression function);
  Parsed select(Expression operand);
  Parsed subscript(Expression operand);

  bool at(std::string_view symbol) const { return token_.kind == TokenKind::symbol && token_.text == symbol; }
  const Binary* operator_at(int level) const;
  tl::unexpected<ExpressionError> unexpected(std::string_view wanted) const;

  ExpressionLexer lexer_;
  Token token_;
  int nesting_ = 0;
};

tl::unexpected<ExpressionError> too_deep(size_t offset) {
  return tl::unexpected(
      ExpressionError{offset, fmt::format("nested deeper than the {} levels that GitHub takes", kMostExpressionDepth)});
}

// Adds the child; every node with children is made by this.
Parsed adopt(Expression parent, Expression child) {
  parent.depth = std::max(parent.depth, child.depth + 1);
  if (parent.depth > kMostExpressionDepth) return too_deep(parent.offset);
  parent.children.push_back(std::move(child));
  return parent;
}

Parsed join(Kind kind, size_t offset, Expression left, Expression right) {
  // a && b && c is one node: long chains are not deep.
  const bool chain = kind == Kind::conjunction || kind == Kind::disjunction;
  if (chain && left.kind == kind) return adopt(std::move(left), std::move(right));
  Expression node;
  node.kind = kind;
  node.offset = offset;
  auto half = adopt(std::move(node), std::move(left));
  return half ? adopt(std::move(*half), std::move(right)) : half;
}

Expression leaf(Kind kind, const Token& token) {
  Expression node;
  node.kind = kind;
  node.offset = token.offset;
  node.text = token.text;
  return node;
}

tl::expected<void, ExpressionError> Parser::advance(bool after_operand) {
  auto token = lexer_.next(after_operand);
  if (!token) return tl::unexpected(std::move(token.error()));
  token_ = std::move(*token);
  return {};
}

tl::unexpected<ExpressionError> Parser::unexpected(std::string_view wanted) const {
  const std::string got = token_.kind == TokenKind::end      ? "the end"
                          : token_.kind == TokenKind::string ? fmt::format("'{}'", token_.text)
                                                             : fmt::format("\"{}\"", token_.text);
  return tl::unexpected(ExpressionError{token_.offset, fmt::format("expected {}, got {}", wanted, got)});
}

Parsed Parser::parse() {
  TRY_PARSE(advance(false));
  if (token_.kind == TokenKind::end) return unexpected("an expression");
  auto whole = binary(0);
  if (whole && token_.kind != TokenKind::end) return unexpected("an operator or the end");
  return whole;
}

const Binary* Parser::operator_at(int level) const {
  const auto found = std::find_if(std::begin(kBinaries), std::end(kBinaries),
                                  [&](const Binary& binary) { return binary.level == level && at(binary.symbol); });
  return found == std::end(kBinaries) ? nullptr : found;
}

Parsed Parser::binary(int level) {
  if (level == kUnaryLevel) return unary();
  auto left = binary(level + 1);
  while (left) {
    const Binary* found = operator_at(level);
    if (found == nullptr) break;
    const size_t offset = token_.offset;
    TRY_PARSE(advance(false));
    auto right = binary(level + 1);
    if (!right) return right;
    left = join(found->kind, offset, std::move(*left), std::move(*right));
  }
  return left;
}

Parsed Parser::unary() {
  // All recursion comes by here, groups included, which leave no node behind.
  if (++nesting_ > kMostExpressionDepth) return too_deep(token_.offset);
  if (!at("!")) {
    auto operand = postfix();
    --nesting_;
    return operand;
  }
  Expression node = leaf(Kind::negation, token_);
  TRY_PARSE(advance(false));
  auto operand = unary();
  --nesting_;
  return operand ? adopt(std::move(node), std::move(*operand)) : operand;
}

Parsed Parser::postfix() {
  auto operand = primary();
  while (operand && (at(".") || at("["))) {
    operand = at(".") ? select(std::move(*operand)) : subscript(std::move(*operand));
  }
  return operand;
}

Parsed Parser::select(Expression operand) {
  TRY_PARSE(advance(true));
  if (token_.kind != TokenKind::name && !at("*")) return unexpected("a name or * behind the dot");
  Expression node = leaf(at("*") ? Kind::filter : Kind::property, token_);
  TRY_PARSE(advance(true));
  return adopt(std::move(node), std::move(operand));
}

Parsed Parser::subscript(Expression operand) {
  Expression node = leaf(Kind::index, token_);
  TRY_PARSE(advance(false));
  const bool filter = at("*");
  if (filter) node.kind = Kind::filter;
  auto parent = adopt(std::move(node), std::move(operand));
  if (!parent) return parent;
  if (filter) {
    TRY_PARSE(advance(true));
  } else {
    auto place = binary(0);
    if (!place) return place;
    parent = adopt(std::move(*parent), std::move(*place));
  }
  if (parent && !at("]")) return unexpected("]");
  if (parent) TRY_PARSE(advance(true));
  return parent;
}

Parsed Parser::primary() {
  switch (token_.kind) {
    case TokenKind::name:
      return name();
    case TokenKind::number:
    case TokenKind::string: {
      Expression node = leaf(token_.kind == TokenKind::number ? Kind::number : Kind::string, token_);
      node.number = token_.number;
      TRY_PARSE(advance(true));
      return node;
    }
    case TokenKind::symbol:
      if (at("(")) return group();
      return unexpected("a value");
    case TokenKind::end:
      return unexpected("a value");
  }
  return unexpected("a value");
}

Parsed Parser::group() {
  TRY_PARSE(advance(false));
  auto inner = binary(0);
  if (!inner) return inner;
  if (!at(")")) return unexpected(")");
  TRY_PARSE(advance(true));
  return inner;
}

Parsed Parser::name() {
  Expression node = leaf(Kind::context, token_);
  TRY_PARSE(advance(true));
  if (at("(")) return call(std::move(node));
  if (node.text == "null") {
    node.kind = Kind::null;
  } else if (node.text == "true" || node.text == "false") {
    node.kind = Kind::boolean;
    node.truth = node.text == "true";
  } else if (node.text == "NaN" || node.text == "Infinity") {
    using Limits = std::numeric_limits<double>;
    node.kind = Kind::number;
    node.number = node.text == "NaN" ? Limits::quiet_NaN() : Limits::infinity();
  }
  return node;
}

Parsed Parser::call(Expression function) {
  function.kind = Kind::call;
  TRY_PARSE(advance(false));
  while (!at(")")) {
    if (!function.children.empty()) {
      if (!at(",")) return unexpected(", or )");
      TRY_PARSE(advance(false));
    }
    auto argument = binary(0);
    if (!argument) return argument;
    auto grown = adopt(std::move(function), std::move(*argument));
    if (!grown) return grown;
    function = std::move(*grown);
  }
  TRY_PARSE(advance(true));
  return function;
}

}  // namespace

tl::expected<Expression, ExpressionError> parse_expression(std::string_view text) {
  if (text.size() > kMostExpressionBytes) {
    return tl::unexpected(
        ExpressionError{0, fmt::format("longer than the {} characters that GitHub takes", kMostExpressionBytes)});
  }
  return Parser(text).parse();
}

}  // namespace trunkline::pipelines
