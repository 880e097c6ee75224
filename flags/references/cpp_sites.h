#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"

namespace trunkline::flags {

// What is to be done with one place of a C++ source that names a flag. Offsets are bytes of that source.
struct CppSite {
  int line = 0;  // of the key
  int column = 0;
  size_t begin = 0;  // [begin, end) goes ...
  size_t end = 0;
  size_t statement = 0;                             // where the statement or call itself begins; begin may be before it
  std::string literal{};                            // ... and this stands instead,
  std::optional<std::pair<size_t, size_t>> kept{};  // or that part of it,
  size_t shift = 0;                                 // whose lines lose so many columns;
  std::string left_because{};                       // or nothing is done, for this reason
};

// The sites of a flag whose value is `value`, by their beginnings; those inside of what goes included.
std::vector<CppSite> find_cpp_sites(std::string_view text, const std::string& key, const base::Json& value);

}  // namespace trunkline::flags
