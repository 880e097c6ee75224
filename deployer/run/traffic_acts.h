#pragma once

#include <functional>
#include <stop_token>

#include "deployer/dial/dial.h"
#include "deployer/engine/action.h"
#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// The acts of a rollout that move users, each done only where the load balancers show that nobody is lost by it. They
// block; a balancer that is away for a moment, as while it is started anew, is waited for. Thread-safe; those that turn
// one dial are called one after the other.
class TrafficActs {
 public:
  // All of them outlive it. `now` gives the rollout's own time.
  struct World {
    const Rollout& rollout;
    const Plan& plan;
    Dial& dial;
    ShareDial* share;  // null where the service has none
    std::function<base::Millis()> now;
    std::function<bool(int place)> vacant;  // no program runs there
  };

  explicit TrafficActs(World world) : world_(std::move(world)) {}

  // The requests counted so far.
  base::Result<int64_t> admit(int place, const std::stop_token& stop) const;
  // Kind::conflict where a balancer still sends users there, or too few others would serve. All balancers must answer,
  // but for a vacant place of the new side, which no share was sent to yet. `at_once`: also users whose cookie names
  // it.
  base::Result<Drained> drain(int place, bool at_once, const std::stop_token& stop) const;
  // `asked` is when the engine asked for it. Kind::timeout, and nothing is set, where users would meet the new side by
  // a word older than a lease: whoever was stopped meanwhile knows nothing of that side any more. Kind::conflict where
  // too few of the new side are up.
  base::Result<> expose(const action::Expose& act, base::Millis asked, const std::stop_token& stop) const;
  base::Result<> renew(const action::Renew& act, base::Millis asked) const;
  base::Result<> promote(int dial, const std::stop_token& stop) const;

 private:
  enum class Users { come, stay };  // whether some are sent to the new side by what follows
  void tell_of_doors(Users users) const;
  base::Result<> set(const Exposure& exposure) const;
  base::Result<> set_share(int dial, int share, bool preview, base::Millis asked) const;
  enum class Silent { refuse, ignore };
  base::Result<> check_no_share(int place, Silent silent) const;
  base::Result<> check_new_side(int dial, int share) const;
  base::Result<Drained> drain_once(int place, bool at_once, const std::stop_token& stop) const;
  base::Result<Drained> shut_once(int place) const;
  int floor_beside(const std::string& backend, Pool pool) const;

  const World world_;
};

}  // namespace trunkline::deployer
