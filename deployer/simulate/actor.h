#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deployer/simulate/records.h"
#include "deployer/simulate/world.h"

namespace trunkline::deployer {

// A deployer process at work, as often as one is started: what it believes, and its clock. Each life reads the records
// of those before; answers to an earlier one are lost.
class Actor {
 public:
  Actor(const Plan& plan, Sabotage sabotage, Records& records, World& world, Random& random)
      : plan_(plan), sabotage_(sabotage), records_(records), world_(world), random_(random) {}

  bool alive() const { return alive_; }
  int life() const { return life_; }
  int epoch() const { return epoch_; }
  const State& state() const { return state_; }
  // The rollout's own time now, and the simulated time of one.
  base::Millis time() const { return already_ + (world_.now - started_); }
  base::Millis when(base::Millis time) const { return started_ + (std::max(time, this->time()) - already_); }

  void start();
  void die();

  // Stopped until then: it takes nothing, and does not know.
  void freeze(base::Millis until) { frozen_until_ = until; }
  base::Millis frozen_until() const { return frozen_until_; }
  bool frozen() const { return world_.now < frozen_until_; }

  // Its next record is cut short.
  void tear() { torn_ = true; }

  // Writes the event down; why it stops instead, if it cannot. Nothing is done then.
  std::optional<std::string> record(const Event& event);
  // What it wants done because of it.
  std::vector<Action> decide(const Event& event);
  // Whether all that it decided by is on the disk.
  bool has_recorded_all() const { return records_.size() >= taken_; }

  bool watching = false;  // for instances that end
  int tick = 0;           // of its last alarm

 private:
  const Plan& plan_;
  const Sabotage sabotage_;
  Records& records_;
  World& world_;
  Random& random_;
  bool alive_ = false;
  int life_ = 0;
  int epoch_ = 1;  // with which it took the lock
  State state_;
  base::Millis started_{0}, already_{0};  // simulated time, and the rollout's own time then
  base::Millis frozen_until_{0};
  bool torn_ = false;
  size_t taken_ = 0;  // events that the engine was told
};

}  // namespace trunkline::deployer
