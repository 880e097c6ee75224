#include "deployer/run/start_again.h"

#include <fmt/format.h>

#include "deployer/dial/dial.h"
#include "deployer/look/prober.h"
#include "deployer/support/interruption.h"

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
    if (!runs || (*runs == Side::stable && stable == nullptr)) continue;
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

Result<std::vector<std::string>> start_all_again(const ServiceFolder& folder, const Begun& finished,
                                                 const Fence& enter) {
  TRY_ASSIGN(const Before stable, folder.load_stable());
  if (!stable.revision) return std::vector<std::string>{};
  TRY_ASSIGN(const Launch launch, folder.load_launch(*stable.revision));
  TRY_ASSIGN(auto lines, start_again(folder, finished, launch, &launch, enter));
  if (lines.empty()) return lines;
  const ProcessDriver driver(folder, "/proc/self/exe");
  const Prober prober(finished.rollout.probes, [&driver](const std::string& id) { return driver.observe(id); });
  const Interruption interruption;
  const auto dial = make_dial(finished.rollout, enter);
  for (size_t place = 0; place < finished.state.places.size(); ++place) {
    if (!finished.state.places[place].runs) continue;
    const int number = static_cast<int>(place);
    TRY(prober.probe(place_at(finished.rollout, number), *stable.revision, interruption.token()));
    TRY(dial->admit(server_of(finished.rollout, number), interruption.token()));
  }
  return lines;
}

}  // namespace trunkline::deployer
