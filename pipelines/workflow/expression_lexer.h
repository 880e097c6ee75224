#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "pipelines/workflow/expression.h"

namespace trunkline::pipelines {

enum class TokenKind {
  end,
  name,  // also true, false, null, NaN, Infinity: only the parser knows whether it follows a dot
  number,
  string,
  symbol,  // ( ) [ ] , . * ! < <= > >= == != && ||
};

struct Token {
  TokenKind kind = TokenKind::end;
  size_t offset = 0;
  std::string text{};  // of a string without its quotes
  double number = 0;
};

// Reads one token after the other. `text` must outlive it. Private to the expression parser.
class ExpressionLexer {
 public:
  explicit ExpressionLexer(std::string_view text) : text_(text) {}

  // `after_operand`: whether a dot here selects a property (or begins a number such as .5).
  tl::expected<Token, ExpressionError> next(bool after_operand);

 private:
  tl::expected<Token, ExpressionError> string();
  tl::expected<Token, ExpressionError> number();
  tl::expected<Token, ExpressionError> symbol();
  Token name();

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace trunkline::pipelines
