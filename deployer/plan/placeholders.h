#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

// {{instance.address}} and the like inside commands. The names are a closed list; values are put in as they are, into
// one argument each, and never pass a shell.
namespace trunkline::deployer {

// The names between {{ and }} in order. Kind::invalid if a {{ has no end.
base::Result<std::vector<std::string>> placeholders_of(std::string_view text);

// Why `name` means nothing, with the nearest one that does; "" if it is known.
std::string why_unknown(std::string_view name);

// `text` with every placeholder replaced. All names in it must be known and in `values`.
std::string substitute(std::string_view text, const std::map<std::string, std::string>& values);

}  // namespace trunkline::deployer
