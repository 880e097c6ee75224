#pragma once

#include <string>

#include "flags/change/edit.h"
#include "flags/definition/flag_set.h"

namespace trunkline::flags {

// Why the flag, which is as the change left it, gives some users something else than the words of the change say, with
// the command that ends it: a rule decides, or the flag is disabled. Empty where they say how it is. Private to ctl/.
std::string caveat_of(const FlagChange& change, const Flag& flag);

}  // namespace trunkline::flags
