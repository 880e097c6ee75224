#pragma once

#include <string>
#include <vector>

#include "deployer/dial/fence.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/record/begun.h"

namespace trunkline::deployer {

// A machine that was started anew runs nothing: what the journal says runs, and does not, is started again with the
// revision that it had, before the rollout goes on. Probing is the engine's. A line each, for a person. `stable` may be
// null on a first release.
base::Result<std::vector<std::string>> start_again(const ServiceFolder& folder, const Begun& begun, const Launch& fresh,
                                                   const Launch* stable, const Fence& enter);

// The same without a rollout under way; each is probed, and let in at the balancers again. Nothing after `down`.
base::Result<std::vector<std::string>> start_all_again(const ServiceFolder& folder, const Begun& finished,
                                                       const Fence& enter);

}  // namespace trunkline::deployer
