#include "deployer/look/fleet.h"

#include <map>

#include "deployer/dial/dial.h"

namespace trunkline::deployer {
namespace {

// Serving at every balancer, by place.
void add_traffic(const Rollout& rollout, Fleet& fleet) {
  if (!rollout.traffic) return;
  const std::vector<Server> servers = servers_of(rollout);
  const auto views = make_dial(rollout)->read(servers);
  if (!views) {
    fleet.warning = to_string(views.error());
    return;
  }
  std::map<std::pair<std::string, std::string>, bool> serving;
  for (const DialView& view : *views) {
    const auto seen = serving.try_emplace({view.backend, view.server}, true).first;
    seen->second = seen->second && view.serving;
  }
  for (size_t i = 0; i < servers.size(); ++i) {
    fleet.rows[i].traffic = serving[{servers[i].backend, servers[i].name}] ? "serving" : "out";
  }
}

}  // namespace

base::Result<Fleet> read_fleet(const Rollout& rollout, const ProcessDriver& driver) {
  Fleet fleet;
  for (const Instance& instance : places_of(rollout)) {
    TRY_ASSIGN(InstanceView view, driver.observe(instance.id));
    fleet.rows.push_back({instance.id, instance.address(), std::move(view), ""});
  }
  add_traffic(rollout, fleet);
  return fleet;
}

}  // namespace trunkline::deployer
