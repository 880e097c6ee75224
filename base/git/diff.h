#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::base {

// What git diff shows for two versions of the file `path`, from the line "--- a/PATH" on; "" for equal texts. An empty
// text is a file that is not there. Kind::io where libgit2 cannot compare them.
Result<std::string> unified_diff(const std::string& path, std::string_view before, std::string_view after);

}  // namespace trunkline::base
