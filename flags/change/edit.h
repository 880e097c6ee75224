#pragma once

#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/core/result.h"

namespace trunkline::flags {

// One change of one flag.
struct Edit {
  enum class Kind {
    set_default,  // defaultVariant becomes `variant`
    set_state,    // state becomes ENABLED or DISABLED, by `enabled`
    toggle,       // of a flag with two boolean variants: the other one becomes the default
  };
  Kind kind = Kind::set_default;
  std::string key;
  std::string variant = {};
  bool enabled = false;
};

// A text with the edit in it; `from` and `to` are variants or states. Equal ones mean that nothing had to change.
struct EditedText {
  std::string text;
  std::string from;
  std::string to;
};

// Puts the edit into a flag file (JSON or YAML, by `name`) at the place of the value: comments, order and indentation
// of the rest stay. Kind::not_found for an unknown flag or variant, Kind::invalid for a file that cannot be read or
// whose value cannot be edited in place (a YAML alias), with the place in `name`.
base::Result<EditedText> apply_edit(std::string_view text, std::string_view name, const Edit& edit);

// The flag as it stands in the file; null if it is not there. Kind::invalid for a file that cannot be read.
base::Result<base::Json> read_flag(std::string_view text, std::string_view name, const std::string& key);

}  // namespace trunkline::flags
