#pragma once

#include <string>
#include <string_view>

#include "flags/definition/flag_set.h"
#include "flags/definition/yaml/document.h"

// A flag file as people keep it: JSON or YAML. In a folder of its own because the client, which gets JSON from its
// agent, is not to link a YAML reader.
namespace trunkline::flags {

struct FlagDocument {
  FlagSet set;
  std::string json;  // the document as JSON: of a JSON file its own bytes
};

// Kind::invalid with the place in `name` for what cannot be read at all; flags that are wrong are problems in the set.
base::Result<FlagDocument> parse_flag_document(std::string_view text, std::string_view name);

// The set alone.
base::Result<FlagSet> parse_flag_set(std::string_view text, std::string_view name);

}  // namespace trunkline::flags
