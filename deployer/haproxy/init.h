#pragma once

#include <vector>

#include "base/core/result.h"
#include "deployer/haproxy/config.h"
#include "deployer/haproxy/dial_rules.h"
#include "deployer/haproxy/patch.h"

namespace trunkline::deployer {

// What is missing in a configuration for shares of a service, and nothing else: an admin socket, a state file that is
// loaded, the twin backend, and in each frontend that sends to the service the rules of the dial. No edits where all of
// it is there. Kind::invalid with the place of what stands in the way: a service that is no backend, a frontend that
// is not of mode http, a rule that cannot be extended. Pure.
base::Result<std::vector<Edit>> propose(const HaproxyConfig& config, const DialRules& rules);

// The named backend, or the only one there is; Kind::usage with their names where that is not clear.
base::Result<std::string> choose_backend(const HaproxyConfig& config, const std::string& named);

// The frontends that send to a backend.
std::vector<const ConfigSection*> frontends_of(const HaproxyConfig& config, const std::string& backend);

// The last line of a frontend that chooses a side for the users of a service; null if none does.
const ConfigLine* last_choice(const ConfigSection& frontend, const std::string& service);

// Whether that line is the one that sends users to the stable side while no server of the other one is usable. Rules
// that an older `init` made have no such line.
bool has_fallback(const ConfigSection& frontend, const std::string& service);

constexpr const char* kTwinSuffix = "-twin";

}  // namespace trunkline::deployer
