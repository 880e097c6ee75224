#pragma once

#include <string>
#include <vector>

#include "flags/definition/flag_set.h"

namespace trunkline::flags {

// The keys whose flag is in one set only, or not the same in both: its own definition, the evaluators that its rule
// refers to and the metadata of the set that it has. Sorted. A flag that cannot be used in either set (broken) is the
// same, whatever is wrong with it. Pure, linear in the sets' size.
std::vector<std::string> changed_keys(const FlagSet& before, const FlagSet& after);

}  // namespace trunkline::flags
