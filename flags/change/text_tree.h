#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/yaml/yaml.h"

namespace trunkline::flags {

struct TextMember;

// Where a value of a flag file stands: the half of a document that an edit in place needs. Offsets are bytes.
struct TextNode {
  enum class Form { scalar, flow_mapping, flow_sequence, block_mapping, block_sequence };
  Form form = Form::scalar;  // an alias is a scalar too: what it means stands elsewhere
  size_t begin = 0;          // of the first byte behind an anchor
  size_t end = 0;            // behind the last byte of the value itself; a comment behind it is not part of it
  base::YamlStyle style = base::YamlStyle::plain;  // of a scalar
  std::vector<TextMember> members;

  bool is_block() const { return form == Form::block_mapping || form == Form::block_sequence; }
  bool is_flow() const { return form == Form::flow_mapping || form == Form::flow_sequence; }
  // Null if there is none. Lives as long as the node.
  const TextMember* find(std::string_view key) const;
};

// A member of a mapping or an item of a sequence.
struct TextMember {
  std::string key;        // of an item: its index
  size_t begin = 0;       // of the key, of the dash of a block sequence, of the item of a flow sequence
  size_t value_from = 0;  // behind the colon or the dash, where the value may begin
  TextNode value;

  size_t end() const { return value.end > value_from ? value.end : value_from; }
};

// Of a text that parse_flag_document accepts. JSON is all flow. Kind::invalid for a text that cannot be read.
base::Result<TextNode> read_text_tree(std::string_view text, std::string_view name);

// Behind white space and YAML's comments, from `at` on.
size_t skip_space(std::string_view text, size_t at);

}  // namespace trunkline::flags
