#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trunkline::base {

// line and column count from 1, columns in bytes.
struct Position {
  int line = 1;
  int column = 1;

  bool operator==(const Position&) const = default;
  auto operator<=>(const Position&) const = default;
};

// Where the byte `offset` stands; an offset behind the end is the end.
Position position_of(std::string_view text, size_t offset);

std::string_view trim(std::string_view text);

// The parts between the separators, empty ones included: split("a,,b", ',') is {"a", "", "b"}.
std::vector<std::string_view> split(std::string_view text, char separator);

// ASCII letters alone are taken for the same.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// ", did you mean "runs-on"?" for the candidate nearest to `word`, "" if none is near (edit distance over a third).
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

// The first invalid byte of UTF-8, or npos if there is none (overlong forms and surrogates are invalid).
size_t find_invalid_utf8(std::string_view text);

}  // namespace trunkline::base
