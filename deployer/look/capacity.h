#pragma once

#include <cstdint>
#include <optional>

#include "deployer/drivers/process_driver.h"
#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// The memory that a plan takes on this machine beside what runs: one copy of what its instances take now for each that
// runs beside them.
struct Capacity {
  int64_t needed = 0;
  int64_t available = 0;

  bool is_there() const { return needed <= available; }
};

// Nothing where no instance runs, none is added, or the kernel does not say.
std::optional<Capacity> capacity_for(const Plan& plan, const ProcessDriver& driver);

}  // namespace trunkline::deployer
