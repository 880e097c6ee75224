#pragma once

#include <vector>

#include "deployer/drivers/service_folder.h"
#include "ledger/history.h"

// What stays of former releases: their unpacked artifacts, configuration and logs.
namespace trunkline::deployer {

// The newest `keep` revisions that ran here, and all that are `needed`.
std::vector<ledger::Revision> revisions_to_keep(const std::vector<ledger::Release>& history,
                                                const std::vector<ledger::Revision>& needed, size_t keep);

// Removes the rest from the service's folder. Never what is stable, what an instance runs, and both sides of the last
// rollout, which retry and undo need. The caller holds the service's lock.
base::Result<> remove_old_releases(const ServiceFolder& folder, size_t keep);

}  // namespace trunkline::deployer
