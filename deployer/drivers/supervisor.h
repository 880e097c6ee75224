#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/process.h"
#include "base/core/result.h"
#include "deployer/drivers/liveness.h"
#include "ledger/revision.h"

// The small process of ours that one local instance runs under. It outlives the deployer: it starts the program again
// with backoff when it ends or no longer lives, keeps its log within bounds, and says in a file how things are.
namespace trunkline::deployer {

// What is to run; written by the driver as spec.json in the instance's folder.
struct SupervisorSpec {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  std::filesystem::path folder;
  std::filesystem::path log;
  base::Millis stop_grace{10'000};
  ledger::Revision revision;
  std::optional<LivenessProbe> liveness = {};
};

enum class InstanceStatus { running, backing_off, stopped };
std::string_view to_string(InstanceStatus status);

// How things are; written by the supervisor as state.json, replaced in one step at every change.
struct SupervisorState {
  base::ProcessIdentity supervisor;
  std::optional<base::ProcessIdentity> child;  // while it runs
  InstanceStatus status = InstanceStatus::stopped;
  int restarts = 0;
  std::string last_exit;  // "exit 1", "signal 9"; "" if it never ended
  ledger::Revision revision;
};

base::Result<> write_spec(const std::filesystem::path& instance, const SupervisorSpec& spec);
base::Result<SupervisorSpec> read_spec(const std::filesystem::path& instance);

base::Result<> write_supervisor_state(const std::filesystem::path& instance, const SupervisorState& state);

// Nothing if no supervisor ever ran there.
base::Result<std::optional<SupervisorState>> read_supervisor_state(const std::filesystem::path& instance);

// Runs what spec.json in `instance` says until SIGTERM or SIGINT, then stops it (SIGTERM, grace, SIGKILL to its whole
// process group). The signals must have been held from the start of the program (base/core/signals.h).
base::Result<int> supervise(const std::filesystem::path& instance);

}  // namespace trunkline::deployer
