#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "deployer/dial/dial.h"
#include "deployer/dial/door_memory.h"
#include "deployer/dial/haproxy_answers.h"
#include "deployer/dial/haproxy_setting.h"

namespace trunkline::deployer {

// Servers of HAProxy's backends, over the Runtime API; every balancer of the list is set alike. One that does not
// answer in time, or ends in the middle of an answer, is silent: Kind::unavailable. Each command is read back, for
// HAProxy's answers carry no code. After each change the state file is written, so that a reload starts from it; that
// it could not be is a note.
class HaproxyDial final : public Dial {
 public:
  explicit HaproxyDial(HaproxySetting setting);

  base::Result<std::vector<DialView>> read(const std::vector<Server>& servers) override;
  base::Result<int64_t> admit(const Server& server, std::stop_token stop) override;
  base::Result<Drained> drain(const Server& server, int others, std::stop_token stop) override;
  base::Result<> shut(const Server& server) override;
  void expect(const std::vector<Server>& admitted) override;
  base::Result<bool> reassert() override;
  std::vector<std::string> behind() override;
  std::vector<std::string> take_notes() override;

 private:
  using Servers = std::map<std::string, HaproxyServer>;

  base::Result<std::string> ask(const std::string& endpoint, const std::string& command) const;
  base::Result<Servers> servers(const std::string& endpoint, const std::string& backend) const;
  base::Result<std::vector<DialView>> read_at(const std::string& endpoint, const std::vector<Server>& wanted) const;
  base::Result<HaproxyServer> look(const std::string& endpoint, const Server& server) const;
  base::Result<> set_door(const std::string& endpoint, const Server& server, Door door);
  base::Result<> set_address(const std::string& endpoint, const Server& server);
  base::Result<bool> is_at(const HaproxyServer& now, const Server& server) const;
  base::Result<> prepare_at(const std::string& endpoint, const Server& server);
  base::Result<> wait_for_check(const std::string& endpoint, const Server& server, std::stop_token stop);
  base::Result<int64_t> admit_at(const std::string& endpoint, const Server& server, std::stop_token stop);
  base::Result<> check_quorum(size_t answered, const std::optional<base::Error>& silent) const;
  template <typename Act>
  base::Result<> at_quorum(const Server& server, Door door, const Act& act);
  base::Result<> check_others(const Server& server, int others) const;
  base::Result<> close_at(const std::string& endpoint, const Server& server);
  base::Result<> close_doors(const Server& server, int others);
  void miss(const std::string& endpoint, const Server& server);
  base::Result<> check_may_cut(const std::string& endpoint, const HaproxyServer& now) const;
  base::Result<Drained> settle_at(const std::string& endpoint, const Server& server, base::SteadyTime deadline,
                                  std::stop_token stop);
  base::Result<bool> reassert_server(const std::string& endpoint, const Server& server);
  base::Result<bool> reassert_at(const std::string& endpoint);
  base::Result<HaproxyProcess> process(const std::string& endpoint) const;
  void meet_all();
  // One act on a server at a time, and reassert() is one.
  class Acting;
  void save_state();

  const HaproxySetting setting_;
  DoorMemory memory_;
  std::mutex draining_;           // from the question who is left to the drain
  std::mutex mutex_;              // over all below
  std::condition_variable free_;  // a path left acting_
  std::set<std::string> acting_;  // paths that an act, or reassert(), is at
  std::vector<std::string> notes_;
};

}  // namespace trunkline::deployer
