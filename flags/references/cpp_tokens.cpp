#include "flags/references/cpp_tokens.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace trunkline::flags {
namespace {

using Kind = CppToken::Kind;

constexpr int kDeepest = 500;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<signed char>(c) < 0;
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<CppToken> read() {
    while (at_ < text_.size()) step();
    return std::move(tokens_);
  }

 private:
  void step() {
    const char c = text_[at_];
    const std::string_view rest = text_.substr(at_);
    if (c == '\n') line_is_new_ = true;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at_;
    } else if (rest.starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (rest.starts_with("/*")) {
      const size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else if (c == '#' && line_is_new_) {
      add(Kind::preprocessor, end_of_directive());
    } else if (is_digit(c) || (c == '.' && rest.size() > 1 && is_digit(rest[1]))) {
      add(Kind::number, end_of_number());
    } else if (c == '"' || c == '\'') {
      add(c == '"' ? Kind::text : Kind::character, end_of_quoted(at_));
    } else if (is_word(c)) {
      word();
    } else {
      add(Kind::symbol, at_ + (rest.starts_with("->") || rest.starts_with("::") ? 2 : 1));
    }
  }

  void add(Kind kind, size_t end) {
    tokens_.push_back({kind, text_.substr(at_, end - at_), at_, end});
    at_ = end;
    line_is_new_ = false;
  }

  // A word, or the prefix of a text: u8"..." R"(...)".
  void word() {
    size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string_view prefix = text_.substr(at_, end - at_);
    const bool quoted = end < text_.size() && text_[end] == '"';
    if (quoted && prefix.ends_with('R') && prefix.size() <= 3) return add(Kind::text, end_of_raw(end));
    if (quoted && (prefix == "u8" || prefix == "u" || prefix == "U" || prefix == "L")) {
      return add(Kind::text, end_of_quoted(end));
    }
    add(Kind::word, end);
  }

  size_t end_of_quoted(size_t quote) const {
    size_t end = quote + 1;
    while (end < text_.size() && text_[end] != text_[quote] && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    return std::min(end < text_.size() && text_[end] == '\n' ? end : end + 1, text_.size());
  }

  size_t end_of_raw(size_t quote) const {
    const size_t open = text_.find('(', quote);
    if (open == std::string_view::npos || open - quote > 17) return end_of_quoted(quote);
    const std::string close = ")" + std::string(text_.substr(quote + 1, open - quote - 1)) + "\"";
    const size_t end = text_.find(close, open);
    return end == std::string_view::npos ? text_.size() : end + close.size();
  }

  size_t end_of_number() const {
    size_t end = at_;
    const auto goes_on = [&](char c) {
      const bool sign = (c == '+' || c == '-') && end > at_ &&
                        std::string_view("eEpP").find(text_[end - 1]) != std::string_view::npos;
      const bool separator = c == '\'' && end + 1 < text_.size() && is_word(text_[end + 1]);
      return is_word(c) || c == '.' || sign || separator;
    };
    while (end < text_.size() && goes_on(text_[end])) ++end;
    return end;
  }

  // Lines that end in a backslash go on.
  size_t end_of_directive() const {
    size_t end = text_.find('\n', at_);
    while (end != std::string_view::npos && end > 0) {
      const size_t before = text_[end - 1] == '\r' && end > 1 ? end - 2 : end - 1;
      if (text_[before] != '\\') break;
      end = text_.find('\n', end + 1);
    }
    return std::min(end, text_.size());
  }

  std::string_view text_;
  size_t at_ = 0;
  bool line_is_new_ = true;
  std::vector<CppToken> tokens_;
};

std::optional<size_t> end_of(const std::vector<CppToken>& tokens, size_t first, int depth);

// if, for, while, switch (...) statement [else statement]
std::optional<size_t> end_of_control(const std::vector<CppToken>& tokens, size_t first, int depth) {
  size_t open = first + 1;
  if (open < tokens.size() && tokens[open].is("constexpr")) ++open;
  if (open >= tokens.size() || !tokens[open].is("(")) return std::nullopt;
  const auto close = find_closing(tokens, open);
  if (!close) return std::nullopt;
  const auto end = end_of(tokens, *close + 1, depth + 1);
  if (!end || !tokens[first].is("if") || *end >= tokens.size() || !tokens[*end].is("else")) return end;
  return end_of(tokens, *end + 1, depth + 1);
}

std::optional<size_t> end_of(const std::vector<CppToken>& tokens, size_t first, int depth) {
  if (first >= tokens.size() || depth > kDeepest) return std::nullopt;
  const CppToken& token = tokens[first];
  if (token.is("{")) {
    const auto close = find_closing(tokens, first);
    return close ? std::optional(*close + 1) : std::nullopt;
  }
  for (const char* word : {"if", "for", "while", "switch"}) {
    if (token.is(word)) return end_of_control(tokens, first, depth);
  }
  for (const char* word : {"do", "try", "else", "case", "default"}) {
    if (token.is(word)) return std::nullopt;
  }
  for (size_t i = first; i < tokens.size(); ++i) {
    if (tokens[i].is(";")) return i + 1;
    if (tokens[i].kind == Kind::preprocessor) return std::nullopt;
    if (tokens[i].is("(") || tokens[i].is("[") || tokens[i].is("{")) {
      const auto close = find_closing(tokens, i);
      if (!close) return std::nullopt;
      i = *close;
    } else if (tokens[i].is("}") || tokens[i].is(")") || tokens[i].is("]")) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<CppToken> read_cpp_tokens(std::string_view text) {
  return Lexer(text).read();
}

std::optional<size_t> find_closing(const std::vector<CppToken>& tokens, size_t open) {
  std::vector<char> expected;
  for (size_t i = open; i < tokens.size(); ++i) {
    const CppToken& token = tokens[i];
    if (token.kind == Kind::preprocessor) return std::nullopt;
    if (token.kind != Kind::symbol) continue;
    const char c = token.text[0];
    if (c == '(') expected.push_back(')');
    if (c == '[') expected.push_back(']');
    if (c == '{') expected.push_back('}');
    if (c != ')' && c != ']' && c != '}') continue;
    if (expected.empty() || expected.back() != c) return std::nullopt;
    expected.pop_back();
    if (expected.empty()) return i;
  }
  return std::nullopt;
}

std::optional<size_t> end_of_statement(const std::vector<CppToken>& tokens, size_t first) {
  return end_of(tokens, first, 0);
}

}  // namespace trunkline::flags
