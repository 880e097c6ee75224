#include "deployer/run/start_again.h"

#include <fmt/format.h>

#include "deployer/run/interruption.h"

namespace trunkline::deployer {
using base::Result;

Result<std::vector<std::string>> start_again(const ServiceFolder& folder, const Begun& begun, const Launch& fresh,
                                             const Launch* stable, const Fence& enter) {
  const ProcessDriver driver(folder, "/proc/self/exe");
  const Interruption interruption;
  const Rollout& rollout = begun.rollout;
  std::vector<std::string> lines;
  for (size_t place = 0; place < begun.state.places.size(); ++place) {
    const std::optional<Side> runs = begun.state.places[place].runs;
    if (!runs) continue;
    const Instance& instance = place_at(rollout, static_cast<int>(place));
    TRY_ASSIGN(const InstanceView view, driver.observe(instance.id));
    if (view.status != InstanceStatus::stopped) continue;
    const Launch& launch = *runs == Side::fresh ? fresh : *stable;
    TRY_ASSIGN(const auto right, enter());
    TRY(driver.start(
        instance, command_for(launch, instance, rollout.service, rollout.environment, folder.config(launch.revision)),
        launch.revision, rollout.stop_grace, interruption.token()));
    lines.push_back(
        fmt::format("{} did not run any more: started again with {}", instance.id, launch.revision.version));
  }
  return lines;
}

}  // namespace trunkline::deployer
