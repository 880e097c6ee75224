#pragma once

#include "base/core/result.h"
#include "deployer/drivers/service_folder.h"

namespace trunkline::deployer {

// Shows the last rollout of the service until it is done or held, and gives the exit code that `run` gives: on a
// terminal as a picture that is drawn anew, else in the lines of `run`, from its beginning; what is noted meanwhile is
// shown too. Takes no lock and changes nothing. Kind::not_found before the first release, cancelled when interrupted;
// the rollout goes on all the same.
base::Result<int> watch(const ServiceFolder& folder, bool json);

}  // namespace trunkline::deployer
