#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "deployer/plan/rollout.h"
#include "deployer/plan/step.h"
#include "ledger/revision.h"

// A rollout compiled into one flat list of steps. Strategies end here.
namespace trunkline::deployer {

// The two sets of places. In-place strategies use the one that is stable; by share the new revision gets the other.
enum class Pool { home, twin };
std::string_view to_string(Pool pool);
Pool other(Pool pool);

struct Plan {
  std::string id;
  std::string service;
  std::string environment;
  std::string strategy;
  std::optional<ledger::Revision> from;  // what runs before; absent on the first release
  ledger::Revision to;
  Pool stable_pool = Pool::home;    // where `from` runs
  bool by_share = false;            // the new revision gets the other pool
  std::vector<std::string> places;  // names: the instances, then their twins
  int fleet = 0;                    // instances of one pool
  int spare = 1;                    // how many of them may be without users at once
  std::vector<Batch> dials;         // by share: the instances (of home) whose users each dial moves
  Analysis analysis;
  base::Millis progress_deadline{600'000};
  base::Millis lease{30'000};
  base::Millis drain_timeout{30'000};
  bool auto_rollback = true;
  bool verify_first = true;
  bool rollback_hooks = false;
  std::vector<Step> steps;
  // From this step on going back needs instances to be started again; steps.size() where that never is so.
  size_t no_instant_return = 0;

  Pool new_pool() const { return by_share && from ? other(stable_pool) : stable_pool; }
  // The place of instance `index` in that pool.
  Pool pool_of(int place) const { return place < fleet ? Pool::home : Pool::twin; }
  int place(int index, Pool pool) const { return pool == Pool::home ? index : index + fleet; }
  Batch places_of(const Batch& instances, Pool pool) const;
  // The part of the floor that falls on a backend with so many of the instances, where they are replaced in place.
  int floor_of(size_t instances) const;
  // How many instances of the new side must be up before so many of a dial's users are sent there.
  int needed_for(int dial, int share) const;
};

// What the engine has seen of a place.
struct Observed {
  std::optional<Side> runs;  // absent: nothing runs, or it is not known to
  bool serving = false;      // the balancer may send users to it
  bool unsure = false;       // the balancer was asked to change that, and has not confirmed it
  bool touched = false;      // this rollout acted on it
  bool quarantined = false;  // it could not be brought back; a person looks after it
  int64_t requests = 0;      // what the balancer had counted for it when it was admitted

  bool operator==(const Observed&) const = default;
};

// What a service runs before a rollout.
struct Before {
  std::optional<ledger::Revision> revision;
  Pool pool = Pool::home;

  bool operator==(const Before&) const = default;
};

// Kind::invalid, with the place in the file, if the fleet is too small for its own minHealthy: then no instance could
// ever be replaced; or if the strategy needs a second set of instances that is not there.
base::Result<Plan> compile(const Rollout& rollout, std::string id, const Before& before, ledger::Revision to);

// The way back from what is observed now to the stable revision, never the ramp again. By share: the stable side is
// brought back where it is gone, then takes all users in one write, then the new one goes. In place: places without
// users first and together, the rest in batches that keep the floor. Without a stable revision the new one is only
// taken away. Places in quarantine are left alone and count against the spare; nothing if that leaves none to work
// with. `exposed`: whether this rollout ever set a dial.
std::optional<std::vector<Step>> compile_rollback(const Plan& plan, const std::vector<Observed>& observed,
                                                  bool exposed);

}  // namespace trunkline::deployer
