#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/error.h"
#include "deployer/haproxy/dial_rules.h"

namespace trunkline::deployer {

// One precondition that was looked at.
struct Finding {
  enum class Level { ok, warn, fail };
  Level level = Level::ok;
  std::string text;  // what is so
  std::string mend;  // how to make it good; "" where it is
  base::Where where = {};
};
using Findings = std::vector<Finding>;

// What releases are to find at a load balancer. An empty name or list is not known, and what needs it is passed over.
struct Expected {
  std::vector<std::string> endpoints;  // paths of admin sockets
  std::string backend;
  std::string twin;     // "": no shares are wanted
  std::string service;  // the key of the share
  std::string map;
  std::vector<std::string> instances;     // names of servers
  std::optional<Identify> identify = {};  // by what users are to be told apart
};

}  // namespace trunkline::deployer
