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

// Where one bracket does not balance, none around it does.
void pair_brackets(std::vector<CppToken>& tokens) {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind == Kind::preprocessor) open.clear();
    if (tokens[i].kind != Kind::symbol) continue;
    const char c = tokens[i].text[0];
    if (c == '(' || c == '[' || c == '{') open.push_back(i);
    if ((c != ')' && c != ']' && c != '}') || open.empty()) continue;
    const char opening = c == ')' ? '(' : c == ']' ? '[' : '{';
    if (!tokens[open.back()].is({&opening, 1})) {
      open.clear();
      continue;
    }
    tokens[i].partner = open.back();
    tokens[open.back()].partner = i;
    open.pop_back();
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<CppToken> read() {
    while (at_ < text_.size()) step();
    pair_brackets(tokens_);
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
      at_ = end_of_line(at_);
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
    const size_t length = text_.substr(quote + 1, 17).find('(');
    if (length == std::string_view::npos) return end_of_quoted(quote);
    const size_t open = quote + 1 + length;
    const std::string close = ")" + std::string(text_.substr(quote + 1, length)) + "\"";
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

  // Lines that end in a backslash go on, as do comments.
  size_t end_of_directive() const {
    size_t end = at_;
    for (; end < text_.size() && text_[end] != '\n'; ++end) {
      const std::string_view rest = text_.substr(end);
      if (rest.starts_with("//")) return end_of_line(end);
      if (rest[0] == '"' || rest[0] == '\'') end = std::min(end_of_quoted(end), text_.size()) - 1;
      if (rest.starts_with("\\\n")) ++end;
      if (rest.starts_with("\\\r\n")) end += 2;
      if (!rest.starts_with("/*")) continue;
      const size_t close = text_.find("*/", end + 2);
      if (close == std::string_view::npos) return text_.size();
      end = close + 1;
    }
    return std::min(end, text_.size());
  }

  size_t end_of_line(size_t from) const {
    size_t end = text_.find('\n', from);
    while (end != std::string_view::npos && end > from) {
      const size_t before = text_[end - 1] == '\r' && end > from + 1 ? end - 2 : end - 1;
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

// `NAME(...) name`: no expression goes on so. It is a macro, whose end nobody sees.
bool is_macro_statement(const std::vector<CppToken>& tokens, size_t open, size_t close) {
  if (!tokens[open].is("(") || open == 0 || !tokens[open - 1].is_word() || close + 1 >= tokens.size()) return false;
  const CppToken& next = tokens[close + 1];
  return next.is_word() && !next.is("mutable") && !next.is("noexcept") && !next.is("const");
}

// if, for, while, switch (...) statement [else statement]
std::optional<size_t> end_of_control(const std::vector<CppToken>& tokens, size_t first, int depth) {
  size_t open = first + 1;
  if (open < tokens.size() && tokens[open].is("constexpr")) ++open;
  if (open >= tokens.size() || !tokens[open].is("(")) return std::nullopt;
  const auto close = tokens[open].partner;
  if (!close) return std::nullopt;
  const auto end = end_of(tokens, *close + 1, depth + 1);
  if (!end || !tokens[first].is("if") || *end >= tokens.size() || !tokens[*end].is("else")) return end;
  return end_of(tokens, *end + 1, depth + 1);
}

std::optional<size_t> end_of(const std::vector<CppToken>& tokens, size_t first, int depth) {
  if (first >= tokens.size() || depth > kDeepest) return std::nullopt;
  const CppToken& token = tokens[first];
  if (token.is("{")) {
    const auto close = token.partner;
    return close ? std::optional(*close + 1) : std::nullopt;
  }
  for (const char* word : {"if", "for", "while", "switch"}) {
    if (token.is(word)) return end_of_control(tokens, first, depth);
  }
  for (const char* word : {"do", "try", "else", "case", "default", "["}) {
    if (token.is(word)) return std::nullopt;
  }
  for (size_t i = first; i < tokens.size(); ++i) {
    if (tokens[i].is(";")) return i + 1;
    if (tokens[i].kind == Kind::preprocessor) return std::nullopt;
    if (tokens[i].is("(") || tokens[i].is("[") || tokens[i].is("{")) {
      const auto close = tokens[i].partner;
      if (!close || is_macro_statement(tokens, i, *close)) return std::nullopt;
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

std::optional<size_t> end_of_statement(const std::vector<CppToken>& tokens, size_t first) {
  return end_of(tokens, first, 0);
}

}  // namespace trunkline::flags
