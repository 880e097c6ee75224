#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deployer/engine/state.h"
#include "deployer/simulate/hosts.h"
#include "deployer/simulate/scenario.h"

namespace trunkline::deployer {

// What a dial is set to.
struct DialValue {
  int share = 0;
  bool preview = false;
  Pool stable = Pool::home;

  bool ends() const { return share > 0 || preview; }  // with its lease
  bool operator==(const DialValue&) const = default;
};

// The simulated load balancers, each with server states, entries of the map and a clock of its own. What they do with
// an act is what deployer/dial says of HAProxy.
class Balancers {
 public:
  Balancers(const Scenario& scenario, const ActiveFaults& faults, const Hosts& hosts, const base::Millis& now);

  int count() const { return static_cast<int>(balancers_.size()); }
  bool answers(int balancer) const;
  bool all_answer() const { return answering() == count(); }
  bool quorum_answers() const { return answering() >= quorum_; }

  // Faults.
  void shift_clock(int balancer, base::Millis by);
  void set_by_hand(int balancer);
  // A new deployer process has no memory of what was there before, but of what its journal says.
  void taken_up(const State& state);
  void forget_drift();

  // Those that answer are given what they missed, doors before dials.
  void tell();
  // A server's door at all that answer: why that is not enough, if it is not.
  std::optional<std::string> open(int place) { return set_door(place, true, quorum_); }
  std::optional<std::string> shut(int place) { return set_door(place, false, quorum_); }
  std::optional<std::string> close(int place) { return set_door(place, false, count()); }
  // A dial at all that answer, in the same way.
  std::optional<std::string> set(int dial, const DialValue& value);

  bool admitted(int balancer, int place) const { return at(balancer).admitted[static_cast<size_t>(place)]; }
  bool admitted_somewhere(int place) const;
  // Whether some balancer may send users there.
  bool reached(int place) const;
  // Whether one that answers sends users to the place's side, whosever doors are open there.
  bool side_in_use(int place) const;
  int dial_of(int place) const { return dial_of_[static_cast<size_t>(place)]; }  // -1: none
  Pool stable(int balancer, int dial) const { return entry(balancer, dial).value.stable; }
  // Of the users of this dial, how many meet the side that is not the stable one.
  int share(int balancer, int dial) const;
  // The same of what a lease still holds up, whose clock was not set back since.
  int leased_share(int balancer, int dial) const;

 private:
  struct Entry {
    DialValue value;
    base::Millis until{0};         // on the balancer's clock
    bool clock_went_back = false;  // since it was set: it lasts so much longer, and nobody can know
  };
  struct Balancer {
    base::Millis ahead{0};
    bool drifted = false;
    std::vector<bool> admitted;
    std::vector<Entry> entries;
    // What it missed, while somebody remembers.
    std::vector<std::optional<bool>> missed_doors;
    std::vector<std::optional<DialValue>> missed_values;
  };

  const Balancer& at(int balancer) const { return balancers_[static_cast<size_t>(balancer)]; }
  const Entry& entry(int balancer, int dial) const { return at(balancer).entries[static_cast<size_t>(dial)]; }
  bool is_leased(int balancer, int dial) const { return now_ + at(balancer).ahead < entry(balancer, dial).until; }
  bool floor_lost(int balancer, int dial) const;
  int answering() const;
  bool sends_to_side(int balancer, int place) const;
  std::optional<std::string> set_door(int place, bool open, int needed);
  void set_entry(Balancer& balancer, size_t dial, const DialValue& value) const;

  const Plan& plan_;
  const ActiveFaults& faults_;
  const Hosts& hosts_;
  const base::Millis& now_;
  int quorum_ = 1;
  std::vector<int> dial_of_;  // by place
  std::vector<Balancer> balancers_;
};

}  // namespace trunkline::deployer
