#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deployer/engine/engine.h"
#include "deployer/simulate/sabotage.h"
#include "deployer/simulate/users.h"
#include "deployer/simulate/violation.h"

namespace trunkline::deployer {

// The simulated fleet, load balancers, users and metrics: what an act does, what users may reach, and whether that
// breaks a promise. It knows nothing of the engine's state, but for what is started again after a reboot.
class World {
 public:
  World(const Scenario& scenario, Sabotage sabotage);
  World(const World&) = delete;  // its parts know each other

  base::Millis now{0};
  int epoch = 1;  // of whoever holds the lock
  std::vector<Violation> violations;

  // A fault from now on, for its length.
  void begin(const Fault& fault);
  bool active(FaultKind kind) const { return faults_.active(kind); }
  base::WallTime wall() const;  // on the deployer's machine

  // How long an act takes before it has its effect, and whether it ever answers.
  base::Millis latency(const Action& action, Random& random);
  bool hangs(const Action& action);

  // The act's effect, by an actor of this epoch. Done, Failed, Renewed, RenewalFailed or Measured; nothing for actions
  // without an answer. That of a drain is to be told when its last request has ended, and then the drain to be ended.
  std::optional<Event> perform(const Action& action, int actor_epoch);
  base::Millis quiet_at(int place) const;
  void end_drain(int place);

  // What a deployer at work looks after: balancers that are back are told what they missed.
  void watch_balancers() { balancers_.tell(); }
  const Balancers& balancers() const { return balancers_; }

  // Time passes: users come.
  void users_come();
  int cut() const { return users_.cut(); }

  // A place whose process ended by itself.
  bool crashed(int place) const { return hosts_.at(place).crashed; }
  bool unready(int place) const { return hosts_.at(place).unready; }
  // A rollout is taken up by a new deployer process, which has no memory of what the balancers had before. What a
  // reboot ended was started again until then, as far as it could be, by whoever looks after the machine.
  void taken_up(const State& state);

  // Users are sent to this side, and what runs at the other one is drained and stopped, as `deployer adopt` does. Why
  // it did not come to its end, if so: then it is done again.
  std::optional<std::string> adopt();

  // Leases are over or their stable side has no floor: called when nobody was there for longer than a lease.
  void check_lease_ended();
  // What users may reach after the end, and after an adoption.
  void check_end(Outcome outcome);
  void check_adopted();

 private:
  std::optional<Event> act(const action::Fetch& a);
  std::optional<Event> act(const action::Task& a);
  std::optional<Event> act(const action::Hook& a);
  std::optional<Event> act(const action::Start& a);
  std::optional<Event> act(const action::Probe& a);
  std::optional<Event> act(const action::Admit& a);
  std::optional<Event> act(const action::Drain& a);
  std::optional<Event> shut(const action::Drain& a);
  std::optional<Event> act(const action::Stop& a);
  std::optional<Event> act(const action::Expose& a);
  std::optional<Event> act(const action::Promote& a);
  std::optional<Event> act(const action::Renew& a);
  std::optional<Event> act(const action::Measure& a);
  template <typename Other>
  std::optional<Event> act(const Other&) {
    return std::nullopt;
  }

  const std::string& name(int place) const { return plan_.places[static_cast<size_t>(place)]; }
  bool users_may_suffer() const;
  int floor() const { return plan_.fleet - plan_.spare; }
  // At each balancer, the healthy instances that would have to carry all of its users.
  std::vector<int> carriers(int without = -1) const;
  bool falls_below_floor(const std::vector<int>& before, const std::vector<int>& after) const;
  void broken(int promise, std::string what);
  void check_floor(const std::vector<int>& before, const std::vector<int>& after, const std::string& act);
  void check_new_side(int dial, const std::string& act);
  bool too_few_for(int dial, int share) const;
  bool may_close(int place);
  bool others_are_too_few(int place) const;
  bool is_whole() const;
  Pool adopted_pool() const;

  const Plan& plan_;
  const Rollout& rollout_;
  const Sabotage sabotage_;
  ActiveFaults faults_{now};
  Hosts hosts_;
  Balancers balancers_;
  Users users_;
  base::Millis clock_ahead_{0};  // the deployer's
  int hangs_left_ = 0;
};

}  // namespace trunkline::deployer
