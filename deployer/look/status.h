#pragma once

#include <string>
#include <vector>

#include "base/core/json.h"
#include "deployer/look/fleet.h"
#include "deployer/record/begun.h"

// What a person asks about a service, collected into plain values first and printed afterwards.
namespace trunkline::deployer {

struct Status {
  using Row = FleetRow;
  struct Share {
    std::string key;  // of its entry at the balancers
    double of_users = 0;
  };
  std::string service;
  std::string environment;
  std::string owner, runbook;                // as the rollout file says
  std::string phase;                         // forward | rolling_back | held | done, of the last rollout
  std::string step;                          // what it is at; "" when done
  std::string outcome;                       // how it ended; "" before that
  bool at_work = false;                      // a deployer acts on it now
  std::optional<ledger::Revision> revision;  // of the last rollout
  std::optional<ledger::Revision> stable;
  double share = 0;           // of users, by the balancers' maps; without them, of the instances that serve
  std::vector<Share> shares;  // of each dial, as its balancers' maps say; without the dials that are not known
  std::optional<base::WallTime> until;  // when that share ends by itself, on the balancer's clock
  bool paused = false;
  std::vector<Row> instances;
  std::string reason;
  std::string warning;  // why the balancer could not be asked
};

base::Result<Status> read_status(const ServiceFolder& folder);
// The same of a rollout that is known already; of its journal nothing is needed.
base::Result<Status> read_status(const ServiceFolder& folder, const Begun& begun);
base::Json to_json(const Status& status);
std::string to_text(const Status& status);

}  // namespace trunkline::deployer
