#pragma once

#include <stop_token>

#include "deployer/drivers/service_folder.h"
#include "deployer/haproxy/finding.h"
#include "deployer/look/prepare.h"

namespace trunkline::deployer {

// Whether what runs is what the file says, and is well: the revision, each instance and its probes, who is sent where,
// and each metric of the analysis, measured once over its interval. Touches nothing and takes no lock.
base::Result<Findings> verify(const Prepared& prepared, const ServiceFolder& folder, const std::stop_token& stop);

}  // namespace trunkline::deployer
