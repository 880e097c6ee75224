#pragma once

#include <string_view>

#include "base/yaml/yaml.h"
#include "flags/definition/flag_set.h"

namespace trunkline::flags {

enum class Format { json, yaml };

// By the ending of the name (.json, .yaml, .yml), otherwise JSON if the text begins with a brace or a bracket.
Format format_of(std::string_view text, std::string_view name);

// Larger limits than base's: a set may be large.
base::YamlLimits flag_yaml_limits();

// A file that people write, JSON or YAML, as one value with the places of what is in it.
struct Document {
  base::Json json;
  Locate locate;  // in the text that was read, which must be there still
};

// Kind::invalid with the place in `name` for broken syntax and what is beyond the limits.
base::Result<Document> parse_document(std::string_view text, std::string_view name);

}  // namespace trunkline::flags
