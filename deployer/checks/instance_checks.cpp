#include "deployer/checks/instance_checks.h"

#include <fmt/format.h>

namespace trunkline::deployer {

InstanceChecks::InstanceChecks(std::vector<Instance> instances, Observe observe)
    : instances_(std::move(instances)), observe_(std::move(observe)) {}

void InstanceChecks::open(const std::vector<int>& fresh, const std::vector<int>& stable) {
  const std::scoped_lock lock(mutex_);
  fresh_ = fresh;
  stable_ = stable;
  restarts_.clear();
  if (!observe_) return;
  for (const auto* side : {&fresh_, &stable_}) {
    for (const int index : *side) {
      if (const auto health = observe_(instances_[static_cast<size_t>(index)].id)) restarts_[index] = health->restarts;
    }
  }
}

Measurement InstanceChecks::measure(const InstancesQuery& query) {
  const std::scoped_lock lock(mutex_);
  const std::vector<int>& side = query.side == Side::fresh ? fresh_ : stable_;
  if (side.empty() || !observe_) {
    return Measurement::missing(fmt::format("no instance is on the {} side", to_string(query.side)));
  }
  int troubles = 0;
  for (const int index : side) {
    const std::string& id = instances_[static_cast<size_t>(index)].id;
    const auto health = observe_(id);
    if (!health) return Measurement::error(fmt::format("{}: {}", id, health.error().message));
    // A count that fell was begun anew, by another start.
    const int before = restarts_[index];
    troubles += (health->restarts >= before ? health->restarts - before : health->restarts) + (health->running ? 0 : 1);
  }
  return Measurement::of(troubles);
}

}  // namespace trunkline::deployer
