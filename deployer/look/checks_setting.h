#pragma once

#include "deployer/checks/checks.h"
#include "deployer/drivers/process_driver.h"

namespace trunkline::deployer {

// Whom checks ask about this rollout's places; `values` are what placeholders stand for. The driver outlives it.
Checks::Setting checks_setting(const Rollout& rollout, std::map<std::string, std::string> values,
                               const ProcessDriver& driver);

}  // namespace trunkline::deployer
