#include "base/cli/tool.h"
#include "flags/ctl/commands.h"

int main(int argc, char** argv) {
  using namespace trunkline;
  base::cli::Tool tool("flagctl", "Reads and changes feature flags in git; every change is one commit.");
  flags::add_init(tool);
  flags::add_status(tool);
  flags::add_list(tool);
  flags::add_show(tool);
  flags::add_log(tool);
  flags::add_create(tool);
  flags::add_set(tool);
  flags::add_on_and_off(tool);
  flags::add_toggle(tool);
  flags::add_target(tool);
  flags::add_override(tool);
  flags::add_remove(tool);
  flags::add_revert(tool);
  flags::add_stale(tool);
  flags::add_refs(tool);
  flags::add_eval(tool);
  flags::add_logic(tool);
  flags::add_bench(tool);
  flags::add_lint(tool);
  flags::add_schema(tool);
  flags::add_diff(tool);
  flags::add_test(tool);
  return tool.run(argc, argv);
}
