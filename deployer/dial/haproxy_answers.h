#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/core/result.h"

// HAProxy's text answers as plain values. Pure.
namespace trunkline::deployer {

struct HaproxyServer {
  bool in_maintenance = false;  // taken out by somebody's command
  bool draining = false;
  bool up = false;  // running, by its health check if it has one
  int64_t sessions = 0;
  int64_t requests = 0;

  bool operator==(const HaproxyServer&) const = default;
};

// The servers of `backend` by name, from the answers to `show servers state BACKEND` and `show stat`. Kind::invalid if
// the backend is not there or an answer is not what HAProxy 2.6 gives.
base::Result<std::map<std::string, HaproxyServer>> parse_servers(std::string_view state, std::string_view stat,
                                                                 const std::string& backend);

}  // namespace trunkline::deployer
