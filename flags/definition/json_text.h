#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/text.h"

namespace trunkline::flags {

// A stretch of a text in bytes: [begin, end).
struct TextRange {
  size_t begin = 0;
  size_t end = 0;

  bool operator==(const TextRange&) const = default;
};

// Where the values of a JSON text stand that base::parse_json accepts. The text must outlive it. The text is scanned
// when the first place is asked for, so that a file without errors costs nothing. One thread.
class JsonPlaces {
 public:
  explicit JsonPlaces(std::string_view text) : text_(text) {}

  // The value at `path`: keys and indexes from the root. Nothing if there is none.
  std::optional<TextRange> find(const std::vector<std::string>& path);
  // The key of the member at `path`, its quotes included; of an item, the item itself.
  std::optional<TextRange> find_key(const std::vector<std::string>& path);

  base::Position position(size_t offset);

 private:
  struct Node {
    TextRange key;  // of a member
    TextRange value;
    size_t next = 0;   // index of the next sibling; 0: none
    size_t child = 0;  // of the first one; 0: none
  };
  void scan();
  const Node* node_at(const std::vector<std::string>& path);
  bool is_named(const Node& node, const std::string& step) const;

  std::string_view text_;
  std::vector<Node> nodes_;
  std::vector<size_t> line_starts_;
};

}  // namespace trunkline::flags
