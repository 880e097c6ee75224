#include "base/core/signals.h"
#include "deployer/ctl/commands.h"

int main(int argc, char** argv) {
  using namespace trunkline;
  base::hold_termination_signals();
  base::cli::Tool tool("deployer", "Exposes a change step by step, judges it, keeps it or takes it back by itself.");
  deployer::add_init(tool);
  deployer::add_doctor(tool);
  deployer::add_schema(tool);
  deployer::add_plan(tool);
  deployer::add_run(tool);
  deployer::add_verify(tool);
  deployer::add_promote(tool);
  deployer::add_pause(tool);
  deployer::add_resume(tool);
  deployer::add_abort(tool);
  deployer::add_status(tool);
  deployer::add_watch(tool);
  deployer::add_history(tool);
  deployer::add_changes(tool);
  deployer::add_explain(tool);
  deployer::add_down(tool);
  deployer::add_pack(tool);
  deployer::add_retry(tool);
  deployer::add_undo(tool);
  deployer::add_lock(tool);
  deployer::add_adopt(tool);
  deployer::add_simulate(tool);
  deployer::add_supervise(tool);
  deployer::add_run_task(tool);
  return tool.run(argc, argv);
}
