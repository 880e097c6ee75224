#pragma once

#include <string>
#include <vector>

#include "deployer/drivers/process_driver.h"
#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// What the driver and the balancers know of one place.
struct FleetRow {
  std::string id;
  std::string address;
  InstanceView view;
  std::string traffic;  // "serving", "out", or "" where the balancer could not be asked or there is none
};

struct Fleet {
  std::vector<FleetRow> rows;  // of all places, as Plan::places numbers them
  std::string warning;         // why the balancer could not be asked
};

base::Result<Fleet> read_fleet(const Rollout& rollout, const ProcessDriver& driver);

}  // namespace trunkline::deployer
