#include "flags/references/key_finder.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "flags/references/cpp_tokens.h"

namespace trunkline::flags {
namespace {

bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Takes literals in the order in which they stand, and keeps those that are keys.
class Uses {
 public:
  Uses(std::string_view text, const KeySet& keys) : text_(text), keys_(keys) {}

  // The literal [begin, end) holds [inner, inner_end).
  bool note(size_t begin, size_t inner, size_t inner_end, size_t end) {
    const std::string* key = keys_.find(text_.substr(inner, inner_end - inner));
    if (key == nullptr) return false;
    for (size_t feed = text_.find('\n', line_begin_); feed < begin; feed = text_.find('\n', feed + 1)) {
      ++line_;
      line_begin_ = feed + 1;
    }
    uses_.push_back({*key, begin, end, line_, static_cast<int>(begin - line_begin_) + 1});
    return true;
  }

  std::vector<KeyUse> take() { return std::move(uses_); }

 private:
  std::string_view text_;
  const KeySet& keys_;
  int line_ = 1;
  size_t line_begin_ = 0;
  std::vector<KeyUse> uses_;
};

// Walks over the source text [begin, end) from literal to literal.
class Finder {
 public:
  Finder(std::string_view text, size_t begin, Language language, Uses& uses)
      : text_(text), language_(language), uses_(uses), at_(begin) {}

  void find() {
    while (at_ < text_.size()) step();
  }

 private:
  void step() {
    if (skip_comment()) return;
    if (!is_quote(text_[at_])) {
      ++at_;
    } else if (language_ == Language::other) {
      quoted_on_one_line();
    } else if (language_ == Language::hash && text_.substr(at_, 3) == std::string(3, text_[at_])) {
      until(text_.substr(at_, 3));
    } else {
      literal();
    }
  }

  bool skip_comment() {
    const std::string_view rest = text_.substr(at_);
    if (language_ == Language::hash) {
      return rest[0] == '#' && (at_ == 0 || !is_word(text_[at_ - 1])) && skip_to("\n", 1);
    }
    if (language_ != Language::braces) return false;
    if (rest.starts_with("//")) return skip_to("\n", 2);
    return rest.starts_with("/*") && skip_to("*/", 2);
  }

  bool skip_to(std::string_view end, size_t from) {
    const size_t found = text_.find(end, at_ + from);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    return true;
  }

  // Up to the quote that ends it, which a backslash may hide; a line feed ends all but `text`.
  void literal() {
    const char quote = text_[at_];
    size_t& unended = unended_[quote == '"' ? 0 : quote == '\'' ? 1 : 2];
    if (at_ < unended) {  // a quote that a backslash hid from one that never ended: it ends no sooner
      ++at_;
      return;
    }
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && (text_[end] != '\n' || quote == '`')) {
      end += text_[end] == '\\' ? 2 : 1;
    }
    if (end >= text_.size() || text_[end] != quote) {
      unended = end;
      ++at_;  // no literal: an apostrophe
      return;
    }
    uses_.note(at_, at_ + 1, end, end + 1);
    at_ = end + 1;
  }

  // '''text''', which goes on over lines.
  void until(std::string_view mark) {
    const size_t inner = at_ + mark.size(), end = text_.find(mark, inner);
    if (end != std::string_view::npos) uses_.note(at_, inner, end, end + mark.size());
    at_ = end == std::string_view::npos ? text_.size() : end + mark.size();
  }

  // Where quotes may be apostrophes, only what is a key is stepped over.
  void quoted_on_one_line() {
    const size_t end = text_.find_first_of(std::string{text_[at_], '\n'}, at_ + 1);
    const bool closed = end != std::string_view::npos && text_[end] == text_[at_];
    const size_t begin = at_++;
    if (closed && uses_.note(begin, begin + 1, end, end + 1)) at_ = end + 1;
  }

  std::string_view text_;
  Language language_;
  Uses& uses_;
  size_t at_;
  std::array<size_t, 3> unended_{};  // by quote: no literal that begins before here ends
};

// "text", u8"text", R"x(text)x" and 'text'.
void note_literal(const CppToken& token, Uses& uses) {
  const size_t quote = token.text.find_first_of("\"'");
  if (token.text.size() < quote + 2 || token.text.back() != token.text[quote]) return;  // never ended
  const bool raw = quote > 0 && token.text[quote - 1] == 'R';
  const size_t open = raw ? token.text.find('(') : quote;
  if (open == std::string_view::npos) return;
  const size_t margin = open - quote + 1;
  const size_t inner = token.begin + quote + margin, behind = token.end - margin;
  if (inner <= behind) uses.note(token.begin, inner, behind, token.end);
}

void find_in_cpp(std::string_view text, Uses& uses) {
  for (const CppToken& token : read_cpp_tokens(text)) {
    if (token.kind == CppToken::Kind::text || token.kind == CppToken::Kind::character) {
      note_literal(token, uses);
    } else if (token.kind == CppToken::Kind::preprocessor) {
      Finder(text.substr(0, token.end), token.begin, Language::braces, uses).find();
    }
  }
}

}  // namespace

const std::string* KeySet::find(std::string_view text) const {
  const auto found = keys_.find(text);
  return found == keys_.end() ? nullptr : &*found;
}

std::vector<KeyUse> find_keys(std::string_view text, Language language, const KeySet& keys) {
  Uses uses(text, keys);
  if (language == Language::cpp) {
    find_in_cpp(text, uses);
  } else {
    Finder(text, 0, language, uses).find();
  }
  return uses.take();
}

}  // namespace trunkline::flags
