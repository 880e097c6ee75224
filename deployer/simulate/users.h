#pragma once

#include <optional>
#include <string>

#include "deployer/simulate/balancers.h"
#include "deployer/simulate/random.h"

namespace trunkline::deployer {

// The users of the service: a few come whenever something is about to happen, and are routed as the balancers' entries
// and server states say. Their requests take time.
class Users {
 public:
  // `falls_back`: whether the balancers have the rule that sends users of a side without usable servers to the stable
  // one.
  Users(const Scenario& scenario, const ActiveFaults& faults, const Balancers& balancers, Hosts& hosts, bool falls_back)
      : plan_(scenario.plan),
        faults_(faults),
        balancers_(balancers),
        hosts_(hosts),
        falls_back_(falls_back),
        random_(scenario.seed ^ 0xa11),
        drain_limit_(scenario.rollout.traffic ? scenario.rollout.traffic->drain_timeout : Traffic{}.drain_timeout) {
    for (int i = 0; i < plan_.fleet; ++i) everywhere_.push_back(i);
  }

  // One user at each balancer, unless they came at this time already. What became of one that was not served: I8.
  std::optional<std::string> come(base::Millis now);

  // When a place that is being drained has ended its last request, or the drain's limit is over.
  base::Millis quiet_at(int place, base::Millis now) const;
  // The drain is over: what is left is cut. False if that is before its limit.
  bool cut_rest(int place, base::Millis now);
  int cut() const { return cut_; }  // connections so far

 private:
  std::optional<std::string> come_to(int balancer, base::Millis now);
  std::optional<int> server_for(int balancer, const Batch& instances, Pool pool);
  bool may_find_nobody(const Batch& instances) const;
  bool some_is_unready(const Batch& instances, Pool pool) const;
  base::Millis request();

  const Plan& plan_;
  const ActiveFaults& faults_;
  const Balancers& balancers_;
  Hosts& hosts_;
  const bool falls_back_;
  Random random_;
  const base::Millis drain_limit_;
  Batch everywhere_;  // the instances of a service without dials
  base::Millis came_{-1};
  int cut_ = 0;
};

}  // namespace trunkline::deployer
