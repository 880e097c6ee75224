#pragma once

#include <optional>
#include <string>

#include "flags/change/flag_repository.h"

// Private to ctl/.
namespace trunkline::flags {

struct CodeRemoval {
  FlagPlace place;
  std::string key;
  std::string code;                  // the repository that holds the code
  std::optional<std::string> value;  // what the flag is from now on; absent: its default, if it has no rule
  bool json = false;
};

// Prints a diff that takes the flag out of the C++ code, and on stderr the places that are left to a person. Changes
// nothing. Kind::conflict where the flag has not one value for everybody.
base::Result<int> remove_from_code(const CodeRemoval& removal);

}  // namespace trunkline::flags
