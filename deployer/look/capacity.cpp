#include "deployer/look/capacity.h"

#include "deployer/drivers/memory.h"
#include "deployer/plan/forecast.h"

namespace trunkline::deployer {

std::optional<Capacity> capacity_for(const Plan& plan, const ProcessDriver& driver) {
  const int added = forecast(plan).more_instances;
  const auto available = available_memory();
  if (added == 0 || !available) return std::nullopt;
  const auto memory = memory_by_group();
  int64_t taken = 0, running = 0;
  for (int i = 0; i < plan.fleet; ++i) {
    const auto view = driver.observe(plan.places[static_cast<size_t>(plan.place(i, plan.stable_pool))]);
    if (!view || !view->process) continue;
    const auto group = memory.find(view->process->pid);
    if (group == memory.end()) continue;
    taken += group->second;
    ++running;
  }
  if (running == 0) return std::nullopt;
  return Capacity{taken / running * added, *available};
}

}  // namespace trunkline::deployer
