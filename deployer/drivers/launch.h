#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "deployer/plan/rollout.h"
#include "ledger/revision.h"

namespace trunkline::deployer {

// How a revision is started, placeholders still in it. Kept beside the unpacked artifact, so that going back needs
// neither the old rollout file nor the old artifact's source.
struct Launch {
  ledger::Revision revision;
  std::vector<std::string> command;
  std::map<std::string, std::string> variables;

  bool operator==(const Launch&) const = default;
};

// The digest of command and variables: Revision::config.
std::string config_digest(const std::vector<std::string>& command, const std::map<std::string, std::string>& variables);

// What one instance is started with: placeholders replaced, TRUNKLINE_VERSION, _DIGEST and _COMMIT added.
struct InstanceCommand {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
};
InstanceCommand command_for(const Launch& launch, const Instance& instance, const std::string& service,
                            const std::string& environment);

base::Json to_json(const Launch& launch);
base::Result<Launch> launch_from_json(const base::Json& json);

}  // namespace trunkline::deployer
