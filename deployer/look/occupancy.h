#pragma once

#include <string>
#include <vector>

#include "base/core/result.h"
#include "deployer/dial/dial.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/plan/plan.h"

// Whether the addresses at which a release starts instances are free to be used by it.
namespace trunkline::deployer {

// Somebody who is at an address that the release needs.
struct Occupant {
  std::string instance;
  std::string address;
  std::string who;           // "pid 812 (python3 -m http.server 8080)"
  std::string state_folder;  // of the other deployer that started it; "" where none did

  bool operator==(const Occupant&) const = default;
};

// Kind::invalid if an instance's host is no address of this machine: the process driver starts local processes only.
base::Result<> check_local(const Rollout& rollout);

// The programs that listen where the plan starts instances and that this state folder did not start, and instances that
// another state folder supervises there. Reads /proc; touches nothing.
base::Result<std::vector<Occupant>> find_occupants(const Rollout& rollout, const Plan& plan,
                                                   const ProcessDriver& driver);

// "web1 at 127.0.0.1:8081: pid 812 (python3 ...), which this deployer did not start"
std::string to_string(const Occupant& occupant);

// Kind::conflict that names every occupant and says what to do.
base::Result<> check_free(const Rollout& rollout, const Plan& plan, const ProcessDriver& driver);

// Before a first release, which shuts every server out at first: Kind::conflict if a server of the backend serves users
// at another address than the instance's, where the other program would be cut off.
base::Result<> check_nobody_served(const Rollout& rollout, const std::vector<DialView>& views);

// Before a first release beside what serves users: Kind::conflict if no server serves, or if one has another address
// than its instance in the file, to which the way back would send users.
base::Result<> check_served(const Rollout& rollout, const std::vector<DialView>& views);

// The programs that listen at the instances' own addresses, for whoever is to stop them after a take-over.
std::vector<Occupant> find_left_over(const Rollout& rollout);

}  // namespace trunkline::deployer
