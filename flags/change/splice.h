#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "flags/definition/flag_set.h"

namespace trunkline::flags {

// Sets the string member `member` of the flag `key` in the text of a flag file and leaves every other byte alone. A
// member that is missing is put beside `variants`. The text must be a flag set that holds the flag with its variants.
base::Result<std::string> splice_json(std::string_view text, const std::string& key, const std::string& member,
                                      const std::string& value);
base::Result<std::string> splice_yaml(std::string_view text, std::string_view name, const std::string& key,
                                      const std::string& member, const std::string& value);

}  // namespace trunkline::flags
