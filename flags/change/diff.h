#pragma once

#include <string>
#include <string_view>

namespace trunkline::flags {

// A unified diff of two texts with one hunk around everything between their first and their last difference; "" for
// equal texts. Meant for edits in one place.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace trunkline::flags
