#include "pipelines/workflow/source.h"

#include <algorithm>

namespace trunkline::pipelines {

Source::Source(std::string_view text) : text_(text), starts_{0} {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

std::string_view Source::line(size_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  const size_t start = starts_[number - 1];
  std::string_view line = text_.substr(start, number < starts_.size() ? starts_[number] - 1 - start : text_.npos);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

size_t Source::offset(base::Position position) const {
  const size_t line = std::clamp<size_t>(static_cast<size_t>(position.line), 1, starts_.size());
  return std::min(text_.size(), starts_[line - 1] + static_cast<size_t>(position.column) - 1);
}

base::Position Source::position(size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return {static_cast<int>(next - starts_.begin()), static_cast<int>(offset - *(next - 1) + 1)};
}

}  // namespace trunkline::pipelines
