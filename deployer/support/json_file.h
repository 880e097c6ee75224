#pragma once

#include <filesystem>

#include "base/core/json.h"

namespace trunkline::deployer {

// A file of the state folder. Failures as those of read_file and parse_json, with the file's name.
base::Result<base::Json> read_json_file(const std::filesystem::path& file);

}  // namespace trunkline::deployer
