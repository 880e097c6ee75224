#pragma once

#include <string>

#include "base/cli/tool.h"
#include "flags/change/flag_file.h"
#include "flags/change/flag_repository.h"
#include "flags/ctl/contexts.h"

// What the commands share. Private to ctl/.
namespace trunkline::flags {

// --repo, --branch and --path; the values already there are the defaults.
void add_place_options(base::cli::Command& command, FlagPlace& place);

// FlagRepository::open; Kind::usage where no repository is named, or a path of this machine that holds none.
base::Result<FlagRepository> open_repository(const FlagPlace& place);

// That the document has no such flag, with the nearest that it has. `file` names it.
base::Error no_flag(const base::Json& document, const std::string& key, const std::string& file);

// What every change takes.
struct ChangeOptions {
  FlagPlace place;
  CommitOptions commit;
  bool no_push = false;
  ContextOptions contexts;  // whom a dry run asks for
  bool json = false;
};

// The place, --contexts and its kin, --reason, --ticket, --dry-run, --no-push and --json.
void add_change_options(base::cli::Command& command, ChangeOptions& options);
CommitOptions commit_options(const ChangeOptions& options);

// Tells of a change: for each flag a line, or {"key","from"?,"to"?,"commit"?,"pushed","warning"?}. A dry run gives the
// diff and who would get another variant, in JSON as "diff" and "variants". Where users get something else than the
// change says (caveat.h) that is a warning, on stderr or in the JSON, and if there was nothing to change either the
// exit code, which is the answer, is 1.
base::Result<int> print_result(const ChangeResult& result, const ChangeOptions& options);

// A change of one flag.
struct EditOptions {
  ChangeOptions change;
  Edit edit;
};

// KEY and what every change takes.
void add_edit_options(base::cli::Command& command, EditOptions& options);

// Makes the change and tells of it.
base::Result<int> run_edit(const EditOptions& options);

}  // namespace trunkline::flags
