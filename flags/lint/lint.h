#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/error.h"

namespace trunkline::flags {

enum class Severity {
  warning,  // works, but not as somebody will expect one day
  error,    // the flag, or one of its answers, is wrong
};
std::string_view to_string(Severity severity);  // warning, error

struct Finding {
  Severity severity;
  std::string_view rule;  // a short name, e.g. "unknown-variant"; lives for ever
  base::Where where;
  std::string message;

  bool operator==(const Finding&) const = default;
};

// "flags.json:3:11: error: flags.a.state: expected ENABLED or DISABLED [state]"
std::string to_string(const Finding& finding);

// All that is wrong or questionable in a flag file, by place. Pure and thread-safe. What cannot be read at all is a
// finding too ("syntax"), and then the only ones are of that kind.
std::vector<Finding> lint(std::string_view text, std::string_view name);

}  // namespace trunkline::flags
