#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "deployer/look/fleet.h"
#include "deployer/look/prepare.h"

// A service that runs, but of which the deployer's folder knows nothing any more: it was lost, or is damaged.
namespace trunkline::deployer {

// What is there, and what would be made of it.
struct Adoption {
  struct Row {
    FleetRow row;
    std::string says;          // the version that it says it is; "" where it does not say
    bool is_revision = false;  // it is what the file says
  };
  std::vector<Row> rows;       // of all places, as Plan::places numbers them
  Pool pool = Pool::home;      // where the stable revision runs
  std::vector<int> leftovers;  // places of the other pool that run: they would be drained and stopped
};

// Looks at the instances' processes, what they say of themselves, and the balancers; touches nothing. Kind::conflict if
// nothing is lost, or a rollout is unfinished that can be gone on with; not_found if the file's revision runs nowhere;
// invalid if what runs cannot be told apart.
base::Result<Adoption> look_for_adoption(const Prepared& prepared, const ServiceFolder& folder,
                                         const std::stop_token& stop);

// Writes the service's folder anew: the file's revision is stable, in that pool. Users of the other pool are sent back
// first, its instances are drained and stopped.
base::Result<> adopt(const Prepared& prepared, const Adoption& adoption, const ServiceFolder& folder,
                     const std::stop_token& stop);

std::string to_text(const Adoption& adoption);
base::Json to_json(const Adoption& adoption);

}  // namespace trunkline::deployer
