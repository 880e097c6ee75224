#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace trunkline::load {

// The codes and URLs of a CSV file (docs/formats/links-csv.md), one behind the other in one block of memory.
class Links {
 public:
  static base::Result<Links> read(const std::string& path);

  size_t size() const { return ends_.size() / 2; }
  std::string_view code(size_t index) const { return part(2 * index); }
  std::string_view url(size_t index) const { return part(2 * index + 1); }

 private:
  std::string_view part(size_t index) const {
    const size_t start = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(start, ends_[index] - start);
  }

  std::string text_;
  std::vector<std::uint32_t> ends_;
};

// Writes `count` links that look like real ones: many hosts, paths, queries, encoded and quoted characters. The same
// seed gives the same file. All codes differ. `progress` is told how many there are, now and then.
base::Result<> make_links(
    const std::string& path, std::uint64_t count, std::uint64_t seed,
    const std::function<void(std::uint64_t)>& progress = [](std::uint64_t) {});

}  // namespace trunkline::load
