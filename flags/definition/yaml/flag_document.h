#pragma once

#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/yaml/yaml.h"
#include "flags/definition/flag_set.h"
#include "flags/definition/json_text.h"

// A flag file as people keep it: JSON or YAML. In a folder of its own because the client, which gets JSON from its
// agent, is not to link a YAML reader.
namespace trunkline::flags {

enum class Format { json, yaml };

// By the ending of the name (.json, .yaml, .yml), otherwise JSON if the text begins with a brace.
Format format_of(std::string_view text, std::string_view name);

// Larger limits than base's: a set may be large.
base::YamlLimits flag_yaml_limits();

struct FlagDocument {
  FlagSet set;
  std::string json;  // the document as JSON: of a JSON file its own bytes
  Locate locate;     // in the text that was read, which must be there still
};

// Kind::invalid with the place in `name` for what cannot be read at all; flags that are wrong are problems in the set.
base::Result<FlagDocument> parse_flag_document(std::string_view text, std::string_view name);

// The set alone.
base::Result<FlagSet> parse_flag_set(std::string_view text, std::string_view name);

}  // namespace trunkline::flags
