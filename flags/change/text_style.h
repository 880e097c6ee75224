#pragma once

#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/yaml/yaml.h"
#include "flags/change/text_tree.h"

namespace trunkline::flags {

// How the author of a flag file writes, so that what is added looks the same.
struct TextStyle {
  bool yaml = false;
  std::string newline = "\n";
  std::string indent = "  ";       // of one level
  std::string colon = ": ";        // between a key and its value
  std::string comma = ", ";        // between two members on one line
  std::string padding = " ";       // inside the braces of a mapping on one line
  bool one_line_values = false;    // some collection with members stands on one line
  bool one_line_document = false;  // everything does
};

TextStyle style_of(std::string_view text, std::string_view name, const TextNode& root);

// Where a rendered value goes.
struct Slot {
  std::string indent;  // of the line on which it begins
  size_t column = 0;   // how much of that line stands before it
  bool open = false;   // its members go on lines of their own also where one line would hold them
};

// The scalar in this style where that can hold it, otherwise in double quotes.
std::string render_scalar(const base::Json& value, const TextStyle& style,
                          base::YamlStyle scalar = base::YamlStyle::plain);

// As JSON, or as YAML in braces.
std::string render_flow(const base::Json& value, const TextStyle& style, const Slot& slot);
std::string render_flow_member(const std::string& key, const base::Json& value, const TextStyle& style,
                               const Slot& slot);

// As YAML in lines. A member begins with its key; further lines are indented by more than `slot.indent`. An item (of
// a sequence) begins behind its dash, whose line is indented by `slot.indent`.
std::string render_block_member(const std::string& key, const base::Json& value, const TextStyle& style,
                                const Slot& slot);
std::string render_block_item(const base::Json& value, const TextStyle& style, const Slot& slot);

// Whether render_block_member would leave the value on the line of its key.
bool fits_line(const std::string& key, const base::Json& value, const TextStyle& style, const Slot& slot);

}  // namespace trunkline::flags
