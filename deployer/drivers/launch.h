#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "deployer/drivers/liveness.h"
#include "deployer/plan/rollout.h"
#include "ledger/revision.h"

namespace trunkline::deployer {

// How a revision is started, placeholders still in it. Kept beside the unpacked artifact, so that going back needs
// neither the old rollout file nor the old artifact's source.
struct Launch {
  ledger::Revision revision;
  std::vector<std::string> command;
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files = {};    // configuration files by name: their digests
  std::map<std::string, std::string> secrets = {};  // by path: their digests; the secrets themselves are kept nowhere
  std::optional<HttpProbe> liveness = {};           // asked by the supervisor; no part of the revision

  bool operator==(const Launch&) const = default;
};

// The digest of everything but the artifact: Revision::config.
std::string config_digest(const Launch& launch);

// What `after` has otherwise than `before`, a line each, without the values of variables and secrets.
std::vector<std::string> differences(const Launch& before, const Launch& after);

// TRUNKLINE_VERSION, _DIGEST, _COMMIT and _CONFIG: what everything that runs of a revision is told of it.
std::map<std::string, std::string> variables_of(const ledger::Revision& revision, const std::filesystem::path& config);

// What one instance is started with: placeholders replaced, variables_of() the revision added.
struct InstanceCommand {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  std::optional<LivenessProbe> liveness = {};
};
InstanceCommand command_for(const Launch& launch, const Instance& instance, const std::string& service,
                            const std::string& environment, const std::filesystem::path& config);

base::Json to_json(const Launch& launch);
base::Result<Launch> launch_from_json(const base::Json& json);

}  // namespace trunkline::deployer
