#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"

namespace trunkline::flags {

// A place that names a flag and that only a person can change.
struct LeftSite {
  int line = 0;
  int column = 0;
  std::string reason;

  bool operator==(const LeftSite&) const = default;
};

struct Removal {
  std::string text;            // without the flag, as far as that goes
  std::vector<LeftSite> left;  // by place in the text that was given
};

// Takes the flag `key`, whose value is `value` from now on, out of C++ source. Plain sites are the getters of
// flags/client/client.h with the key as a literal:
//   if (X.get_bool("key", ...)) A else B   A or B stays, with `!` too, also in a chain of else if
//   X.get_bool("key", ...) ? a : b         a or b stays
//   any other whole call                   the value as a literal
// Nothing else changes. Everything that names the key in another way is left.
Removal remove_flag(std::string_view text, const std::string& key, const base::Json& value);

}  // namespace trunkline::flags
