#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "base/core/result.h"
#include "deployer/drivers/listener.h"
#include "deployer/drivers/service_folder.h"
#include "deployer/drivers/supervisor.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// What runs of an instance.
struct InstanceView {
  std::optional<base::ProcessIdentity> process;
  std::optional<base::ProcessIdentity> supervisor;  // of that process, while it lives
  InstanceStatus status = InstanceStatus::stopped;
  int restarts = 0;
  std::string last_exit;
  std::optional<ledger::Revision> revision;
};

// Instances as local processes, each under its supervisor (supervisor.h). Calls block, end early when asked to stop
// (Kind::cancelled) and are safe to repeat. Thread-safe for different instances.
class ProcessDriver {
 public:
  // `self` is this program: it is what supervises.
  ProcessDriver(ServiceFolder folder, std::filesystem::path self)
      : folder_(std::move(folder)), self_(std::move(self)) {}

  // Unpacks an artifact into the releases folder, once a digest. Kind::invalid if the file's digest is another.
  base::Result<> fetch(const std::filesystem::path& artifact, const ledger::Revision& revision) const;

  // Starts the instance with that revision; nothing if just that runs already. Kind::conflict if another one does.
  base::Result<> start(const Instance& instance, const InstanceCommand& command, const ledger::Revision& revision,
                       base::Millis stop_grace, std::stop_token stop) const;

  // Stops whatever runs of the instance; nothing if it does not. Ends it by force if its supervisor does not.
  base::Result<> stop(const std::string& instance, std::stop_token stop) const;

  // Writes down again what is lost of an instance that still runs under its supervisor; nothing where it is known.
  // Kind::not_found if there is no such supervisor.
  base::Result<> adopt(const Instance& instance, const InstanceCommand& command, const ledger::Revision& revision,
                       base::Millis stop_grace) const;

  base::Result<InstanceView> observe(const std::string& instance) const;

  // Who accepts connections at the instance's address, seen from the processes that were started for it.
  base::Result<Holder> holder(const Instance& instance) const;

  // The folder of an instance of another state folder that is supervised at this address; nothing if there is none.
  std::optional<std::filesystem::path> supervised_elsewhere(const Instance& instance) const;

  // The last lines that the instance wrote under that revision, oldest first.
  std::vector<std::string> log_tail(const std::string& instance, const ledger::Revision& revision, size_t lines) const;

 private:
  SupervisorSpec spec_of(const Instance& instance, const InstanceCommand& command, const ledger::Revision& revision,
                         base::Millis stop_grace) const;

  const ServiceFolder folder_;
  const std::filesystem::path self_;
};

}  // namespace trunkline::deployer
