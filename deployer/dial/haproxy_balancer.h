#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "deployer/dial/dial.h"
#include "deployer/dial/door_memory.h"
#include "deployer/dial/haproxy_answers.h"
#include "deployer/dial/haproxy_setting.h"

namespace trunkline::deployer {

// One HAProxy and its servers, over the Runtime API. One that does not answer in time, or ends in the middle of an
// answer, is silent: Kind::unavailable. Each command is read back, for HAProxy's answers carry no code; Kind::internal
// where it was not taken. What else fails is said in Dial. It remembers nothing.
class HaproxyBalancer {
 public:
  using Servers = std::map<std::string, HaproxyServer>;  // by name

  // `setting` outlives it.
  HaproxyBalancer(std::string endpoint, const HaproxySetting& setting);

  const std::string& endpoint() const { return endpoint_; }
  base::Result<HaproxyProcess> process() const;
  base::Result<std::string> state() const;  // of all servers, as its state file has it
  base::Result<Servers> servers(const std::string& backend) const;
  base::Result<std::vector<DialView>> read(const std::vector<Server>& servers) const;

  // At its address, up by its check, and ready; the requests counted so far.
  base::Result<int64_t> admit(const Server& server, std::stop_token stop) const;
  // Nobody new.
  base::Result<> close(const Server& server) const;
  // Waits for the last connection of a closed server, until the deadline, then shuts it.
  base::Result<Drained> settle(const Server& server, base::SteadyTime deadline, std::stop_token stop) const;
  base::Result<> shut(const Server& server) const;
  // As it was left, without waiting for a check. Whether there was something to do.
  base::Result<bool> put(const Server& server, Door door) const;

 private:
  base::Result<std::string> ask(const std::string& command) const;
  base::Result<HaproxyServer> look(const Server& server) const;
  base::Result<bool> is_at(const HaproxyServer& now, const Server& server) const;
  base::Result<> set_door(const Server& server, Door door) const;
  base::Result<> set_address(const Server& server) const;
  base::Result<> prepare(const Server& server) const;
  base::Result<> wait_for_check(const Server& server, std::stop_token stop) const;
  base::Error let_in_again(const Server& server) const;
  base::Result<> check_may_move(const HaproxyServer& now, const Server& server, const std::string& port) const;
  base::Result<> check_may_cut(const HaproxyServer& now) const;

  std::string endpoint_;
  const HaproxySetting& setting_;
};

}  // namespace trunkline::deployer
