#pragma once

#include <algorithm>
#include <vector>

#include "deployer/simulate/fault.h"

namespace trunkline::deployer {

// The faults that have begun, and which of them last.
class ActiveFaults {
 public:
  explicit ActiveFaults(const base::Millis& now) : now_(now) {}

  void begin(const Fault& fault, base::Millis until) {
    begun_ |= bit(fault.kind);
    all_.push_back({fault, until});
  }
  bool ever(FaultKind kind) const { return (begun_ & bit(kind)) != 0; }
  bool active(FaultKind kind) const {
    return ever(kind) && any([kind](const Fault& fault) { return fault.kind == kind; });
  }
  bool active(FaultKind kind, int place) const {
    return ever(kind) && any([&](const Fault& fault) { return fault.kind == kind && fault.place == place; });
  }
  // About one of several balancers.
  bool active_at_balancer(FaultKind kind, int balancer, int balancers) const {
    return ever(kind) &&
           any([&](const Fault& fault) { return fault.kind == kind && fault.place % balancers == balancer; });
  }

 private:
  struct Active {
    Fault fault;
    base::Millis until;
  };
  static uint64_t bit(FaultKind kind) { return uint64_t{1} << static_cast<int>(kind); }
  template <typename Is>
  bool any(Is is) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Active& a) { return now_ < a.until && is(a.fault); });
  }

  const base::Millis& now_;
  uint64_t begun_ = 0;
  std::vector<Active> all_;
};

}  // namespace trunkline::deployer
