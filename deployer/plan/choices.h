#pragma once

#include <cstddef>
#include <string_view>

namespace trunkline::deployer {

// The words of the rollout file for the values of an enum, the only list of them: the parser takes these, the schema
// offers them, and messages print them.
template <typename T, size_t N>
struct Choices {
  std::string_view words[N];
  T values[N];

  // "" for a value that has no word.
  constexpr std::string_view word_for(T value) const {
    for (size_t i = 0; i < N; ++i) {
      if (values[i] == value) return words[i];
    }
    return "";
  }
};

}  // namespace trunkline::deployer
