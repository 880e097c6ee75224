#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace trunkline::flags {

// Which flag sets somebody asks for, or may see; nothing: all. Sorted.
struct Selection {
  std::optional<std::vector<std::string>> ids;

  static Selection all() { return {}; }
  static Selection of(std::vector<std::string> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return {std::move(ids)};
  }

  bool has(const std::string& id) const { return !ids || std::binary_search(ids->begin(), ids->end(), id); }
  bool operator==(const Selection&) const = default;
};

}  // namespace trunkline::flags
