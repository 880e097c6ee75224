#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>

#include "deployer/dial/dial.h"
#include "deployer/dial/door_memory.h"
#include "deployer/dial/haproxy_balancer.h"
#include "deployer/dial/haproxy_setting.h"

namespace trunkline::deployer {

// Servers of HAProxy's backends; every balancer of the list is set alike, and what one missed is remembered. After each
// change the state file is written, so that a reload starts from it; that it could not be is a note.
class HaproxyDial final : public Dial {
 public:
  explicit HaproxyDial(HaproxySetting setting);

  base::Result<std::vector<DialView>> read(const std::vector<Server>& servers) override;
  base::Result<int64_t> admit(const Server& server, std::stop_token stop) override;
  base::Result<Drained> drain(const Server& server, DrainRule rule, std::stop_token stop) override;
  base::Result<> shut(const Server& server) override;
  void expect(const std::vector<Server>& admitted) override;
  base::Result<bool> reassert() override;
  Endpoints behind() override;
  std::vector<std::string> take_notes() override;

 private:
  base::Result<> check_quorum(size_t answered, const std::optional<base::Error>& silent) const;
  template <typename Act>
  base::Result<> at_quorum(const Server& server, Door door, const Act& act);
  base::Result<> check_others(const Server& server, int others) const;
  base::Result<> close_doors(const Server& server, DrainRule rule);
  void miss(const std::string& endpoint, const Server& server);
  base::Result<bool> reassert_server(const HaproxyBalancer& balancer, const Server& server);
  base::Result<bool> reassert_at(const HaproxyBalancer& balancer);
  void meet_all();
  // One act on a server at a time, and reassert() is one.
  class Acting;
  void save_state();

  const HaproxySetting setting_;
  std::vector<HaproxyBalancer> balancers_;
  DoorMemory memory_;
  std::mutex draining_;           // from the question who is left to the drain
  std::mutex mutex_;              // over all below
  std::condition_variable free_;  // a path left acting_
  std::set<std::string> acting_;  // paths that an act, or reassert(), is at
  std::vector<std::string> notes_;
};

}  // namespace trunkline::deployer
