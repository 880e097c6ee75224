#pragma once

#include "deployer/haproxy/config.h"
#include "deployer/haproxy/finding.h"

namespace trunkline::deployer {

// Looks a configuration over for what releases need, and shares if `expected` has a twin. Reads no other file. Pure.
Findings examine_config(const HaproxyConfig& config, const Expected& expected);

// The admin sockets that are files.
std::vector<std::string> admin_sockets(const HaproxyConfig& config);

// The map that the rules of this service read, "" if there are none.
std::string map_of(const HaproxyConfig& config, const std::string& service);

}  // namespace trunkline::deployer
