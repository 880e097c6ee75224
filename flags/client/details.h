#pragma once

#include <optional>
#include <string>

#include "base/core/json.h"
#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {

// A value and how it came about.
template <typename T>
struct Details {
  T value;              // the flag's, or the fallback
  std::string variant;  // empty: none
  Reason reason = Reason::error;
  std::optional<ErrorCode> error_code;
  base::JsonObject metadata;  // of the flag
};

}  // namespace trunkline::flags
