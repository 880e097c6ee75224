#pragma once

#include <string>
#include <vector>

#include "deployer/plan/fields.h"
#include "deployer/plan/placeholders.h"

namespace trunkline::deployer {

// A program and its arguments, with the placeholders of that place.
base::Result<std::vector<std::string>> read_words(const base::YamlNode& node, const std::string& path,
                                                  std::string_view file, Place place);

}  // namespace trunkline::deployer
