#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

// HAProxy's text answers as plain values. Pure.
namespace trunkline::deployer {

struct HaproxyServer {
  bool in_maintenance = false;  // taken out by somebody's command or by its configuration
  bool draining = false;
  bool up = false;       // running, by its health check if it has one
  bool checked = false;  // a health check passed since it last left maintenance, or it has none
  int64_t sessions = 0;
  int64_t requests = 0;
  std::string address;                           // HOST:PORT, the host as a number
  std::string check;                             // what the last health check said: "L7OK", "L4CON"; "" without one
  int64_t weight = 1;                            // 0: nobody is sent to it
  std::string check_port = {}, check_host = {};  // of its health check, where it has its own; "" where it has not

  bool serves() const { return up && !in_maintenance && !draining && weight > 0; }
  bool operator==(const HaproxyServer&) const = default;
};

// The servers of `backend` by name, from the answers to `show servers state BACKEND` and `show stat`. Kind::invalid if
// the backend is not there or an answer is not what HAProxy 2.6 gives.
base::Result<std::map<std::string, HaproxyServer>> parse_servers(std::string_view state, std::string_view stat,
                                                                 const std::string& backend);

// What HAProxy counted of one server since it was started.
struct HaproxyTraffic {
  int64_t answers = 0;            // whole ones, of any status
  int64_t server_errors = 0;      // 5xx among them
  int64_t connection_errors = 0;  // requests for which no connection could be had
  int64_t response_errors = 0;    // requests that were not answered, or not in time
  int64_t response_ms = 0;        // average of the last 1024 answers (or as many as there were)

  bool operator==(const HaproxyTraffic&) const = default;
};

// By (backend, server), from the answers to `show stat BACKEND 4 -1`, one behind the other. Kind::invalid for anything
// else, so for a backend that is not there.
base::Result<std::map<std::pair<std::string, std::string>, HaproxyTraffic>> parse_traffic(std::string_view stat);

// Which process answers: another one after a reload or a restart.
struct HaproxyProcess {
  int64_t pid = 0;
  int64_t started = 0;  // seconds since 1970
  std::string version;

  bool operator==(const HaproxyProcess&) const = default;
};

// From `show info`; Kind::invalid for anything else.
base::Result<HaproxyProcess> parse_process(std::string_view info);

// HAProxy's own clock in milliseconds since 1970, from `show activity`; Kind::invalid for anything else.
base::Result<int64_t> parse_clock(std::string_view activity);

// All values of `key`, from `show map FILE`. Kind::invalid where HAProxy says something else, so for a map that its
// configuration does not use.
base::Result<std::vector<std::string>> parse_map(std::string_view answer, std::string_view key);

}  // namespace trunkline::deployer
