#pragma once

#include "base/cli/tool.h"

// flagctl: one file a command.
namespace trunkline::flags {

void add_init(base::cli::Tool& tool);
void add_status(base::cli::Tool& tool);
void add_list(base::cli::Tool& tool);
void add_show(base::cli::Tool& tool);
void add_log(base::cli::Tool& tool);
void add_create(base::cli::Tool& tool);
void add_set(base::cli::Tool& tool);
void add_on_and_off(base::cli::Tool& tool);
void add_toggle(base::cli::Tool& tool);
void add_target(base::cli::Tool& tool);
void add_override(base::cli::Tool& tool);
void add_remove(base::cli::Tool& tool);
void add_revert(base::cli::Tool& tool);
void add_stale(base::cli::Tool& tool);
void add_refs(base::cli::Tool& tool);
void add_eval(base::cli::Tool& tool);
void add_logic(base::cli::Tool& tool);
void add_bench(base::cli::Tool& tool);
void add_lint(base::cli::Tool& tool);
void add_schema(base::cli::Tool& tool);
void add_diff(base::cli::Tool& tool);
void add_test(base::cli::Tool& tool);

}  // namespace trunkline::flags
