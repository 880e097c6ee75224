#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trunkline::flags {

// A stretch of a text in bytes: [begin, end).
struct TextRange {
  size_t begin = 0;
  size_t end = 0;

  bool operator==(const TextRange&) const = default;
};

// Where the value at `path` (keys and indexes from the root) stands in a JSON text that base::parse_json accepts.
// Nothing if there is none. Scans the text: for errors and edits, not for reading.
std::optional<TextRange> find_json_value(std::string_view text, const std::vector<std::string>& path);

}  // namespace trunkline::flags
