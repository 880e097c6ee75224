#pragma once

#include <set>
#include <string>

#include "flags/definition/flag_set.h"

namespace trunkline::flags {

// The results that a flag's rule may have, as far as they are literals. A name need not be a variant of the flag.
struct PossibleVariants {
  std::set<std::string>
      names;                 // the default variant is among them where the rule may fall back to it; "" for no default
  bool has_default = false;  // whether some context gets the default variant because it is the default
  bool is_open = false;      // there may be others, which only an evaluation tells
};

// Of the rule alone: that a flag is disabled or broken is not looked at. Contexts without a bucketing value, which get
// the default variant from every fractional, do not count. Pure.
PossibleVariants possible_variants(const Flag& flag);

}  // namespace trunkline::flags
