#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/core/result.h"
#include "deployer/plan/rollout.h"
#include "ledger/revision.h"

// A rollout compiled into one flat list of steps: the only thing that the engine knows. Strategies end here.
namespace trunkline::deployer {

// Instances by their index in Plan::instances.
using Batch = std::vector<int>;

namespace step {
// PREPARE
struct Fetch {
  bool operator==(const Fetch&) const = default;
};
struct Start {
  Batch batch;
  Side side;
  bool operator==(const Start&) const = default;
};
struct Probe {  // healthy, ready, and the revision it should be
  Batch batch;
  Side side;
  bool operator==(const Probe&) const = default;
};
// EXPOSE
struct Admit {  // the dial: users reach these instances
  Batch batch;
  bool operator==(const Admit&) const = default;
};
struct Bake {  // time passes, the background analyses judge
  base::Millis length;
  bool operator==(const Bake&) const = default;
};
// SETTLE
struct Drain {  // the dial: nobody new reaches these instances; ends when their last request did
  Batch batch;
  bool operator==(const Drain&) const = default;
};
struct Stop {
  Batch batch;
  bool operator==(const Stop&) const = default;
};
}  // namespace step

using Step = std::variant<step::Fetch, step::Start, step::Probe, step::Admit, step::Bake, step::Drain, step::Stop>;

// "drain web1, web2", "bake for 10m".
std::string to_string(const Step& step, const std::vector<std::string>& instances);

struct Plan {
  std::string id;
  std::string service;
  std::string environment;
  std::string strategy;
  std::optional<ledger::Revision> from;  // what runs before; absent on the first release
  ledger::Revision to;
  std::vector<std::string> instances;
  int batch = 1;  // how many instances may be without users at once
  Analysis analysis;
  std::vector<Step> steps;
};

// What the engine has seen of an instance.
struct Observed {
  std::optional<Side> runs;  // absent: nothing runs, or it is not known to
  bool serving = false;      // users may reach it
  int64_t requests = 0;      // what the load balancer had counted for it when it was admitted

  bool operator==(const Observed&) const = default;
};

// Kind::invalid if the fleet is too small for its own minHealthy: then no instance could ever be replaced.
base::Result<Plan> compile(const Rollout& rollout, std::string id, std::optional<ledger::Revision> from,
                           ledger::Revision to);

// The way back from what is observed now to the stable revision, never the ramp again: instances without users first
// and together, the rest in batches. Without a stable revision the new one is only taken away.
std::vector<Step> compile_rollback(const Plan& plan, const std::vector<Observed>& observed);

}  // namespace trunkline::deployer
