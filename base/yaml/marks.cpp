#include "base/yaml/marks.h"

#include <algorithm>

namespace trunkline::base {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

Marks::Marks(std::string_view text) : text_(text), line_starts_{0} {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_starts_.push_back(i + 1);
  }
}

size_t Marks::offset(size_t index) {
  for (; index_ < index && offset_ < text_.size(); ++index_) {
    do ++offset_;
    while (offset_ < text_.size() && continues(text_[offset_]));
  }
  for (; index_ > index; --index_) {
    do --offset_;
    while (offset_ > 0 && continues(text_[offset_]));
  }
  return offset_;
}

Position Marks::position(size_t index) {
  const size_t at = offset(index);
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), at);
  const auto line = next - line_starts_.begin();
  return {static_cast<int>(line), static_cast<int>(at - *(next - 1) + 1)};
}

}  // namespace trunkline::base
