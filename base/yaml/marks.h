#pragma once

#include <string_view>
#include <vector>

#include "base/core/text.h"

namespace trunkline::base {

// Turns libyaml's marks, which count code points, into places counted in bytes.
// Marks come mostly in rising order, so the walk starts at the last answer. Private to base/yaml; `text` must outlive
// it.
class Marks {
 public:
  explicit Marks(std::string_view text);

  size_t offset(size_t index);
  Position position(size_t index);

 private:
  std::string_view text_;
  std::vector<size_t> line_starts_;
  size_t index_ = 0;  // the last answer: code point index_ stands at byte offset_
  size_t offset_ = 0;
};

}  // namespace trunkline::base
