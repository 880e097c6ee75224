#pragma once

#include <optional>
#include <string>

#include "base/cli/tool.h"
#include "flags/change/flag_repository.h"
#include "flags/definition/flag_set.h"

// Where the commands that read flags have them from. Private to ctl/.
namespace trunkline::flags {

struct FlagInput {
  FlagPlace place;
  std::optional<std::string> file;  // instead of the repository
};

// --flags, --repo, --branch and --path.
void add_flag_input(base::cli::Command& command, FlagInput& input);

// Problems in the set are printed. Kind::usage where neither a file nor a repository is named, and for one that is not
// there.
base::Result<FlagSet> read_flags(const FlagInput& input);

}  // namespace trunkline::flags
