#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/core/result.h"
#include "flags/definition/flag_set.h"

// Edits in the text of a flag file, in place: what is not named stays as it is, byte for byte, but for a comma of a
// neighbour. What is added is written as the rest of the file is. The text must be one that parse_flag_document
// accepts. Kind::invalid where there is no such place in the text (a YAML alias: what it means stands elsewhere);
// what a text with anchors means in the end is for the caller to check.
namespace trunkline::flags {

// Turns the value at `path` from `before` into `after`; of objects that share a member only the members that differ
// are touched.
base::Result<std::string> splice_value(std::string_view text, std::string_view name, const Path& path,
                                       const base::Json& before, const base::Json& after);

// A new last member `key` of the mapping, or item of the sequence, at `path`.
base::Result<std::string> splice_in(std::string_view text, std::string_view name, const Path& path,
                                    const std::string& key, const base::Json& value);

// Takes the member or item at `path` out.
base::Result<std::string> splice_out(std::string_view text, std::string_view name, const Path& path);

}  // namespace trunkline::flags
