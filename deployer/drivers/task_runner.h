#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "deployer/drivers/service_folder.h"

// Commands that must run once a revision, such as a migration. Each runs under a small process of ours that outlives
// the deployer and writes down how it ended, so that a deployer that comes back knows, and waits where it still runs.
namespace trunkline::deployer {

struct OnceTask {
  std::string name;
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;  // beside the few variables that every program gets
  base::Millis timeout{0};
};

// Runs it in the revision's unpacked artifact, unless it ended well before. Output is kept in the service's folder.
// Kind::internal with its last lines if it fails (it may be tried again then), conflict if it was begun before and
// nobody knows how it ended: then it is not begun again. Kind::cancelled leaves it running.
base::Result<> run_once(const ServiceFolder& folder, const ledger::Revision& revision, const OnceTask& task,
                        const std::stop_token& stop);

// The small process: runs what is written in `task_folder`, and writes down how it ended.
base::Result<int> run_recorded(const std::filesystem::path& task_folder);

}  // namespace trunkline::deployer
