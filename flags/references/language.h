#pragma once

#include <string_view>

namespace trunkline::flags {

// How comments and text are written, as far as finding keys needs it.
enum class Language {
  cpp,     // C and C++: // and /* */, raw strings
  braces,  // other languages with // and /* */: Java, Go, Rust, JavaScript ...
  hash,    // # to the end of the line, '''text''': Python, shell, Ruby, YAML, TOML
  other,   // templates, documents, data: whatever stands in quotes
};

// By the ending of the file's name.
Language language_of(std::string_view path);

}  // namespace trunkline::flags
