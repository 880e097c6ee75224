#pragma once

#include <string>
#include <vector>

#include "deployer/engine/engine.h"
#include "deployer/simulate/random.h"
#include "deployer/simulate/sabotage.h"
#include "deployer/simulate/scenario.h"

namespace trunkline::deployer {

// A promise that was broken, and how.
struct Violation {
  int promise = 0;  // of the nine
  std::string what;
};

// The simulated fleet, load balancer and metrics: what an act does, what users may reach, and whether that breaks a
// promise. It knows nothing of the engine's state.
class World {
 public:
  World(const Scenario& scenario, Sabotage sabotage);

  base::Millis now{0};
  int epoch = 1;  // of whoever holds the lock
  std::vector<Violation> violations;

  // A fault from now on, for its length.
  void begin(const Fault& fault);
  bool active(FaultKind kind) const;
  bool active(FaultKind kind, int place) const;

  // How long an act takes before it has its effect, and whether it ever answers.
  base::Millis latency(const Action& action, Random& random);
  bool hangs(const Action& action);

  // The act's effect, by an actor of this epoch. Done, Failed, Renewed, RenewalFailed or Measured; nothing for actions
  // without an answer.
  std::optional<Event> perform(const Action& action, int actor_epoch);

  // A place whose process ended by itself.
  bool crashed(int place) const { return places_[static_cast<size_t>(place)].crashed; }
  // A new deployer process: it has no memory of what the balancer had before.
  void forget_drift() { drifted_ = false; }

  // At most this share of users meets the new side now.
  int share_now() const;
  // Leases are over or their stable side has no floor: called when nobody was there for longer than a lease.
  void check_lease_ended();
  // What users may reach after the end.
  void check_end(Outcome outcome, bool whole);

 private:
  struct PlaceTruth {
    std::optional<Side> process;
    bool admitted = false;
    bool passed = false;   // its probes, since it was started
    bool crashed = false;  // since it was started
  };
  struct DialTruth {
    base::Millis until{0};  // on the balancer's clock
    int share = 0;
    bool preview = false;
    Pool stable = Pool::home;
    bool clock_went_back = false;  // since it was set: it lasts so much longer, and nobody can know
  };

  std::optional<Event> act(const action::Fetch& a);
  std::optional<Event> act(const action::Task& a);
  std::optional<Event> act(const action::Hook& a);
  std::optional<Event> act(const action::Start& a);
  std::optional<Event> act(const action::Probe& a);
  std::optional<Event> act(const action::Admit& a);
  std::optional<Event> act(const action::Drain& a);
  std::optional<Event> act(const action::Stop& a);
  std::optional<Event> act(const action::Expose& a);
  std::optional<Event> act(const action::Promote& a);
  std::optional<Event> act(const action::Renew& a);
  std::optional<Event> act(const action::Measure& a);
  template <typename Other>
  std::optional<Event> act(const Other&) {
    return std::nullopt;
  }

  PlaceTruth& at(int place) { return places_[static_cast<size_t>(place)]; }
  const PlaceTruth& at(int place) const { return places_[static_cast<size_t>(place)]; }
  base::Millis balancer_clock() const { return now + clock_ahead_; }
  bool balancer_answers() const;
  bool host_answers(int place) const;
  bool well(int place) const;  // it runs and answers
  int dial_of(int place) const;
  Pool pool_of(int place) const { return place < plan_.fleet ? Pool::home : Pool::twin; }
  // Whether the balancer may send users there.
  bool reached(int place) const;
  int share_of(const DialTruth& dial) const;
  int well_and_reached() const;
  int floor() const { return plan_.fleet - plan_.spare; }
  void broken(int promise, std::string what);
  void check_floor(int before, const std::string& act);
  void set(DialTruth& dial, int share, bool preview, Pool stable);
  void check_new_side(int dial, const std::string& act);
  bool too_few_for(int dial, int share) const;

  const Plan& plan_;
  const Sabotage sabotage_;
  std::vector<PlaceTruth> places_;
  std::vector<DialTruth> dials_;
  struct Active {
    Fault fault;
    base::Millis until;
  };
  std::vector<Active> active_;
  base::Millis clock_ahead_{0};
  bool drifted_ = false;
  int hangs_left_ = 0;
};

}  // namespace trunkline::deployer
