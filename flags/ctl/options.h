#pragma once

#include <string>

#include "base/cli/tool.h"
#include "flags/change/flag_repository.h"

// What the commands share. Private to ctl/.
namespace trunkline::flags {

// --repo, --branch and --path; the values already there are the defaults.
void add_place_options(base::cli::Command& command, FlagPlace& place);

// FlagRepository::open; Kind::usage where no repository is named, or a path of this machine that holds none.
base::Result<FlagRepository> open_repository(const FlagPlace& place);

// What every change takes.
struct ChangeOptions {
  FlagPlace place;
  ChangeRequest request;
  bool json = false;
};

// KEY and the options of a change.
void add_change_options(base::cli::Command& command, ChangeOptions& options);

// Makes the change and tells of it: a line, the diff of a dry run, or
// {"key","from","to","commit"?,"pushed","diff"? (dry run)}.
base::Result<int> run_change(const ChangeOptions& options);

}  // namespace trunkline::flags
