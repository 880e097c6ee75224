#include "flags/references/key_finder.h"

#include <algorithm>
#include <cctype>

namespace trunkline::flags {
namespace {

bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Walks over a source text from literal to literal.
class Finder {
 public:
  Finder(std::string_view text, Language language, const KeySet& keys)
      : text_(text), language_(language), keys_(keys) {}

  std::vector<KeyUse> find() {
    while (at_ < text_.size()) step();
    return std::move(uses_);
  }

 private:
  void step() {
    if (skip_comment()) return;
    if (!is_quote(text_[at_])) {
      ++at_;
    } else if (language_ == Language::other) {
      quoted_on_one_line();
    } else if (is_raw()) {
      raw();
    } else if (text_.substr(at_, 3) == std::string(3, text_[at_]) && language_ == Language::hash) {
      until(at_ + 3, text_.substr(at_, 3));
    } else if (is_digit_separator()) {
      ++at_;
    } else {
      literal();
    }
  }

  bool skip_comment() {
    const std::string_view rest = text_.substr(at_);
    if (language_ == Language::hash && rest[0] == '#' && (at_ == 0 || !is_word(text_[at_ - 1])))
      return skip_to("\n", 1);
    if (language_ != Language::cpp && language_ != Language::braces) return false;
    if (rest.starts_with("//")) return skip_to("\n", 2);
    return rest.starts_with("/*") && skip_to("*/", 2);
  }

  bool skip_to(std::string_view end, size_t from) {
    const size_t found = text_.find(end, at_ + from);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    return true;
  }

  // 1'000'000 is a number.
  bool is_digit_separator() const {
    return language_ == Language::cpp && text_[at_] == '\'' && at_ > 0 && at_ + 1 < text_.size() &&
           std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0 &&
           std::isxdigit(static_cast<unsigned char>(text_[at_ + 1])) != 0 && at_ > 1 &&
           (is_word(text_[at_ - 2]) || std::isdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0);
  }

  bool is_raw() const { return language_ == Language::cpp && text_[at_] == '"' && at_ > 0 && text_[at_ - 1] == 'R'; }

  // R"delimiter(text)delimiter"
  void raw() {
    const size_t open = text_.find('(', at_ + 1);
    if (open == std::string_view::npos || open - at_ > 17) return literal();
    const std::string close = ")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"";
    const size_t end = text_.find(close, open);
    if (end == std::string_view::npos) return literal();
    note(at_ - 1, open + 1, end, end + close.size());
    at_ = end + close.size();
  }

  // Up to the quote that ends it, which a backslash may hide; a line feed ends all but `text`.
  void literal() {
    const char quote = text_[at_];
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && (text_[end] != '\n' || quote == '`')) {
      end += text_[end] == '\\' ? 2 : 1;
    }
    if (end >= text_.size() || text_[end] != quote) {
      at_ = std::min(at_ + 1, text_.size());  // no literal: an apostrophe
      return;
    }
    note(at_, at_ + 1, end, end + 1);
    at_ = end + 1;
  }

  // The text up to `mark`.
  void until(size_t from, std::string_view mark) {
    const size_t end = text_.find(mark, from);
    if (end == std::string_view::npos) {
      at_ = text_.size();
      return;
    }
    note(at_, from, end, end + mark.size());
    at_ = end + mark.size();
  }

  // Where quotes may be apostrophes, only what is a key is stepped over.
  void quoted_on_one_line() {
    const size_t end = text_.find_first_of(std::string{text_[at_], '\n'}, at_ + 1);
    const bool closed = end != std::string_view::npos && text_[end] == text_[at_];
    const size_t begin = at_++;
    if (closed && note(begin, begin + 1, end, end + 1)) at_ = end + 1;
  }

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

  std::string_view text_;
  Language language_;
  const KeySet& keys_;
  size_t at_ = 0;
  int line_ = 1;
  size_t line_begin_ = 0;
  std::vector<KeyUse> uses_;
};

}  // namespace

const std::string* KeySet::find(std::string_view text) const {
  const auto found = keys_.find(text);
  return found == keys_.end() ? nullptr : &*found;
}

std::vector<KeyUse> find_keys(std::string_view text, Language language, const KeySet& keys) {
  return Finder(text, language, keys).find();
}

}  // namespace trunkline::flags
