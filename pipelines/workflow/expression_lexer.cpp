#include "pipelines/workflow/expression_lexer.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace trunkline::pipelines {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_name(char c) {
  return begins_name(c) || is_digit(c) || c == '-';
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

// Where a word or a number ends.
bool ends_word(char c) {
  return is_space(c) || std::string_view("()[],!><=&|").find(c) != std::string_view::npos;
}

std::optional<double> read_integer(std::string_view digits, int base) {
  uint32_t number = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (digits.empty() || code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<int32_t>(number);  // as .NET's Convert.ToInt32: 0xffffffff is -1
}

std::optional<double> read_number(std::string_view text) {
  if (text.starts_with("0x")) return read_integer(text.substr(2), 16);
  if (text.starts_with("0o")) return read_integer(text.substr(2), 8);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == "+Infinity") return kInfinity;
  if (text == "-Infinity") return -kInfinity;
  std::string_view digits = text;
  if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
  // from_chars also takes "inf" and "nan".
  if (digits.empty() || !(is_digit(digits[0]) || digits[0] == '.')) return std::nullopt;
  double number = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end != digits.data() + digits.size() || code == std::errc::invalid_argument) return std::nullopt;
  if (code == std::errc::result_out_of_range) number = std::strtod(std::string(digits).c_str(), nullptr);
  return text.starts_with('-') ? -number : number;
}

tl::unexpected<ExpressionError> error(size_t offset, std::string message) {
  return tl::unexpected(ExpressionError{offset, std::move(message)});
}

}  // namespace

tl::expected<Token, ExpressionError> ExpressionLexer::next(bool after_operand) {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  if (at_ == text_.size()) return Token{TokenKind::end, at_};
  const char c = text_[at_];
  if (c == '\'') return string();
  if (begins_name(c)) return name();
  if (is_digit(c) || c == '+' || c == '-' || (c == '.' && !after_operand)) return number();
  return symbol();
}

Token ExpressionLexer::name() {
  const size_t start = at_;
  while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
  return {TokenKind::name, start, std::string(text_.substr(start, at_ - start))};
}

tl::expected<Token, ExpressionError> ExpressionLexer::string() {
  Token token{TokenKind::string, at_};
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\'') {
      ++at_;
      if (at_ == text_.size() || text_[at_] != '\'') return token;
    }
    token.text += text_[at_];
  }
  return error(token.offset, "this string has no closing '");
}

tl::expected<Token, ExpressionError> ExpressionLexer::number() {
  const size_t start = at_;
  while (at_ < text_.size() && !ends_word(text_[at_])) ++at_;
  const std::string_view word = text_.substr(start, at_ - start);
  const auto value = read_number(word);
  if (!value) {
    const bool sign = word.starts_with('+') || word.starts_with('-');
    return error(start, fmt::format("\"{}\" is no number{}", word, sign ? " (there is no arithmetic)" : ""));
  }
  return Token{TokenKind::number, start, std::string(word), *value};
}

tl::expected<Token, ExpressionError> ExpressionLexer::symbol() {
  constexpr std::array<std::string_view, 16> kSymbols = {"<=", ">=", "==", "!=", "&&", "||", "(", ")",
                                                         "[",  "]",  ",",  ".",  "*",  "!",  "<", ">"};
  for (const std::string_view known : kSymbols) {
    if (!text_.substr(at_).starts_with(known)) continue;
    at_ += known.size();
    return Token{TokenKind::symbol, at_ - known.size(), std::string(known)};
  }
  const char c = text_[at_];
  if (c == '"') return error(at_, "strings are written in '...', not in \"...\"");
  if (c == '=' || c == '&' || c == '|') return error(at_, fmt::format("expected {0}{0}, got a single {0}", c));
  if (c == '$') return error(at_, "a ${{ inside an expression: one pair of braces is enough");
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte > 0x7E) return error(at_, fmt::format("unexpected character (byte 0x{:02X})", byte));
  return error(at_, fmt::format("unexpected character {}", c));
}

}  // namespace trunkline::pipelines
