#pragma once

#include <filesystem>
#include <vector>

#include "deployer/drivers/service_folder.h"

namespace trunkline::deployer {

constexpr size_t kKeptJournals = 20;

// Keeps the journal of a finished rollout as `journals/ID` before a new one takes its place, and forgets the oldest.
// The journal itself stays where it is, so that there is one at every moment.
base::Result<> keep_journal(const ServiceFolder& folder, const std::string& id);

// The oldest first; without the last rollout's own.
std::vector<std::filesystem::path> kept_journals(const ServiceFolder& folder);

}  // namespace trunkline::deployer
