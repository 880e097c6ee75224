#pragma once

#include <string>
#include <vector>

namespace trunkline::deployer {

// Instead of `removed` lines from line `at` on (from 1) these stand there: with none removed, before that line.
struct Edit {
  int at = 1;
  int removed = 0;
  std::vector<std::string> added;

  bool operator==(const Edit&) const = default;
};

// The unified diff of a text and itself with the edits, which do not overlap; in the order of the text. "" without
// edits. Both names are `name`. Pure.
std::string unified_diff(const std::vector<std::string>& lines, const std::vector<Edit>& edits,
                         const std::string& name);

}  // namespace trunkline::deployer
