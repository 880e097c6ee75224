#include "deployer/look/checks_setting.h"

#include "deployer/dial/dial.h"

namespace trunkline::deployer {
using base::Result;

Checks::Setting checks_setting(const Rollout& rollout, std::map<std::string, std::string> values,
                               const ProcessDriver& driver) {
  Checks::Setting setting;
  setting.instances = places_of(rollout);
  setting.values = std::move(values);
  setting.folder = std::filesystem::absolute(rollout.file).parent_path();
  setting.observe = [&driver](const std::string& id) -> Result<InstanceHealth> {
    TRY_ASSIGN(const InstanceView view, driver.observe(id));
    return InstanceHealth{view.status == InstanceStatus::running, view.restarts};
  };
  setting.host = rollout.probes.host;
  if (rollout.traffic) setting.balancers = rollout.traffic->endpoints;
  for (size_t place = 0; place < setting.instances.size(); ++place) {
    setting.servers.push_back(server_of(rollout, static_cast<int>(place)));
  }
  return setting;
}

}  // namespace trunkline::deployer
