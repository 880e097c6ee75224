#pragma once

#include <string_view>
#include <vector>

#include "base/core/text.h"
#include "base/yaml/yaml.h"

namespace trunkline::pipelines {

// A file's text by lines. It must outlive this.
class Source {
 public:
  explicit Source(std::string_view text);

  std::string_view text() const { return text_; }
  size_t lines() const { return starts_.size(); }
  // Line `number` (from 1) without its break; "" where there is none.
  std::string_view line(size_t number) const;
  size_t offset(base::Position position) const;
  base::Position position(size_t offset) const;

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
};

// Where each byte of the scalar's text stands in the file (offsets), and behind them one entry for its end. Folding,
// quoting, escapes and the indentation of block scalars are undone.
std::vector<size_t> locate_scalar(const Source& source, const base::YamlNode& scalar);

}  // namespace trunkline::pipelines
