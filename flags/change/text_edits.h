#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/core/json.h"
#include "flags/change/text_style.h"
#include "flags/change/text_tree.h"

namespace trunkline::flags {

// A text with its tree and its style, and the three edits of it. Each gives the whole new text; the places are then
// those of another text. The text must outlive the object.
class TextEdits {
 public:
  TextEdits(std::string_view text, std::string_view name, const TextNode& root)
      : text_(text), style_(style_of(text, name, root)) {}

  // `member` is one of the mapping `owner`.
  std::string replace(const TextNode& owner, const TextMember& member, const base::Json& value, bool open) const;
  // Behind the member `before`, or first where that is null. `key` is left out in a sequence. Not for an empty block.
  std::string insert(const TextNode& collection, const TextMember* before, const std::string& key,
                     const base::Json& value, bool open) const;
  // Not for the only member of a block.
  std::string remove(const TextNode& collection, const TextMember& member) const;

  // Whether the members of such a collection go on lines of their own.
  bool opens(const TextNode& collection) const;

 private:
  struct Cut;
  std::string apply(std::vector<Cut> cuts) const;

  std::string replace_in_lines(const TextMember& member, const base::Json& value, bool open) const;
  std::string insert_flow(const TextNode& collection, const TextMember* before, const std::string& key,
                          const base::Json& value, bool open) const;
  std::string insert_into_empty(const TextNode& collection, const std::string& key, const base::Json& value,
                                bool open) const;
  std::string insert_block(const TextNode& collection, const TextMember* before, const std::string& key,
                           const base::Json& value, bool open) const;
  std::string remove_flow(const TextNode& collection, const TextMember& member) const;
  std::string remove_block(const TextNode& collection, const TextMember& member) const;
  std::string remove_only(const TextNode& collection, const TextMember& member) const;

  std::string flow_member(const TextNode& collection, const std::string& key, const base::Json& value,
                          const Slot& slot) const;
  size_t line_begin(size_t at) const;
  size_t line_end(size_t at) const;   // before its end mark
  size_t next_line(size_t at) const;  // behind its end mark
  bool begins_line(size_t at) const;
  bool ends_line(size_t at) const;  // but for white space and a comment
  bool has_comma(size_t at) const;
  std::string indent_at(size_t at) const;
  size_t column_at(size_t at) const { return at - line_begin(at); }
  Cut whole_lines(size_t begin, size_t end) const;

  std::string_view text_;
  TextStyle style_;
};

}  // namespace trunkline::flags
