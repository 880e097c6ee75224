#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::deployer {

// The text of a map with `key` at `value`: in the place of its first entry, or at the end. Other lines stay as they
// are, comments too. Pure.
std::string with_entry(std::string_view text, std::string_view key, std::string_view value);

// The same in the file, durable and in one step; several processes may do it at once. Kind::not_found if there is no
// such file, locked if another process has been writing it for 2 s, io for the rest.
base::Result<> write_map_entry(const std::filesystem::path& file, std::string_view key, std::string_view value);

}  // namespace trunkline::deployer
