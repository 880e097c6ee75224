#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/core/result.h"
#include "flags/definition/flag_set.h"

// A flag file as a document, whichever way it is written: JSON or YAML, `flags` as an object by key or as an array of
// objects with a `key` member. A flag's definition is the same in all: without its key.
namespace trunkline::flags {

// Kind::invalid for a file that cannot be read.
base::Result<base::Json> read_flag_document(std::string_view text, std::string_view name);

// The definition; nothing if the flag is not there.
std::optional<base::Json> find_definition(const base::Json& document, std::string_view key);

// The document with that definition of the flag, at its place or as the last one; nothing takes the flag out.
base::Json with_definition(base::Json document, const std::string& key, const std::optional<base::Json>& definition);

// The definition as `flags` holds it: with the key where flags are an array.
base::Json as_item(const base::Json& document, const std::string& key, const base::Json& definition);

// The keys of all flags, in the order of the file.
std::vector<std::string> flag_keys(const base::Json& document);

}  // namespace trunkline::flags
