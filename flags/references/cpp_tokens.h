#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace trunkline::flags {

// One token of C++ source; white space and comments are between tokens. A whole preprocessor line is one token.
struct CppToken {
  enum class Kind { word, number, text, character, symbol, preprocessor };
  Kind kind = Kind::symbol;
  std::string_view text;
  size_t begin = 0;
  size_t end = 0;
  std::optional<size_t> partner{};  // of a bracket: the index of the other one, where both balance

  bool is(std::string_view what) const { return text == what; }
  bool is_word() const { return kind == Kind::word; }
};

// Never fails: what is no C++ becomes symbols. -> and :: are one token each, every other symbol is one character.
// Brackets with a preprocessor line between them do not balance. Linear in the text, which must outlive the tokens.
std::vector<CppToken> read_cpp_tokens(std::string_view text);

// Behind the statement that begins at `first`: a block, a control statement with its branches, or up to the semicolon.
// Nothing if its end cannot be told.
std::optional<size_t> end_of_statement(const std::vector<CppToken>& tokens, size_t first);

}  // namespace trunkline::flags
