#pragma once

#include <string>

#include "base/core/clock.h"

namespace trunkline::shortener {

// A short code and where it leads.
struct Link {
  std::string code;
  std::string url;
  base::WallTime created_at;

  bool operator==(const Link&) const = default;
};

}  // namespace trunkline::shortener
