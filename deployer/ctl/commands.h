#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/cli/tool.h"
#include "deployer/drivers/service_folder.h"
#include "deployer/run/move_options.h"

// One file a command; each adds itself to the tool.
namespace trunkline::deployer {

void add_init(base::cli::Tool& tool);
void add_doctor(base::cli::Tool& tool);
void add_schema(base::cli::Tool& tool);
void add_plan(base::cli::Tool& tool);
void add_run(base::cli::Tool& tool);
void add_verify(base::cli::Tool& tool);
void add_adopt(base::cli::Tool& tool);
void add_resume(base::cli::Tool& tool);
void add_abort(base::cli::Tool& tool);
void add_status(base::cli::Tool& tool);
void add_watch(base::cli::Tool& tool);
void add_history(base::cli::Tool& tool);
void add_changes(base::cli::Tool& tool);
void add_explain(base::cli::Tool& tool);
void add_down(base::cli::Tool& tool);
void add_pack(base::cli::Tool& tool);
void add_promote(base::cli::Tool& tool);
void add_pause(base::cli::Tool& tool);
void add_retry(base::cli::Tool& tool);
void add_undo(base::cli::Tool& tool);
void add_lock(base::cli::Tool& tool);
void add_simulate(base::cli::Tool& tool);
void add_supervise(base::cli::Tool& tool);
void add_run_task(base::cli::Tool& tool);

// What most commands take: [SERVICE] --state DIR --json.
struct ServiceOptions {
  std::optional<std::string> service;
  std::string state = default_state_folder().string();
  bool json = false;
  bool overwrite = false;
  std::vector<std::string> without;

  void add_to(base::cli::Command& command);
  void add_state_to(base::cli::Command& command);
  void add_overwrite_to(base::cli::Command& command);  // of a command that moves a rollout
  void add_without_to(base::cli::Command& command);    // of one that takes it up again
  // The named service, or the only one that there is.
  base::Result<ServiceFolder> folder() const;
  MoveOptions move() const { return {state, json, overwrite, without}; }
};

}  // namespace trunkline::deployer
