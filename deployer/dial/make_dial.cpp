#include <algorithm>

#include "deployer/dial/dial.h"
#include "deployer/dial/haproxy_dial.h"
#include "deployer/dial/haproxy_share.h"

namespace trunkline::deployer {
using base::Result;

namespace {

// A service without a load balancer: nobody is sent anywhere, so there is nothing to wait for.
class NoDial final : public Dial {
 public:
  Result<std::vector<DialView>> read(const std::vector<Server>&) override { return std::vector<DialView>{}; }
  Result<int64_t> admit(const Server&, std::stop_token) override { return 0; }
  Result<Drained> drain(const Server&, DrainRule, std::stop_token) override { return Drained{}; }
  Result<> shut(const Server&) override { return {}; }
  void expect(const std::vector<Server>&) override {}
  Result<bool> reassert() override { return false; }
  Endpoints behind() override { return {}; }
  std::vector<std::string> take_notes() override { return {}; }
};

HaproxySetting setting_of(const Traffic& traffic, Fence enter) {
  HaproxySetting setting;
  setting.endpoints = traffic.endpoints;
  setting.quorum = traffic.quorum;
  setting.map = traffic.map;
  setting.state_file = traffic.state_file;
  setting.drain_timeout = traffic.drain_timeout;
  setting.drain_end = traffic.drain_end;
  setting.enter = std::move(enter);
  return setting;
}

// The wave that takes the instance and has its own backends; null if none does.
const Wave* own_wave(const Rollout& rollout, int instance) {
  for (const Wave& wave : rollout.waves) {
    const bool takes = std::find(wave.instances.begin(), wave.instances.end(), instance) != wave.instances.end();
    if (takes && !wave.service.empty()) return &wave;
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<Dial> make_dial(const Rollout& rollout, Fence enter) {
  if (!rollout.traffic) return std::make_unique<NoDial>();
  return std::make_unique<HaproxyDial>(setting_of(*rollout.traffic, std::move(enter)));
}

std::unique_ptr<ShareDial> make_share_dial(const Rollout& rollout, Fence enter) {
  if (!rollout.traffic || rollout.traffic->map.empty()) return nullptr;
  return std::make_unique<HaproxyShare>(setting_of(*rollout.traffic, std::move(enter)));
}

Server server_of(const Rollout& rollout, int place) {
  const Instance& instance = place_at(rollout, place);
  if (!rollout.traffic) return {"", instance.server, instance.address()};
  const int fleet = static_cast<int>(rollout.instances.size());
  const Wave* wave = own_wave(rollout, place % fleet);
  const std::string& home = wave != nullptr ? wave->service : rollout.traffic->service;
  const std::string& twin = wave != nullptr ? wave->twin : rollout.traffic->twin;
  return {place < fleet ? home : twin, instance.server, instance.address()};
}

std::vector<Server> servers_of(const Rollout& rollout) {
  std::vector<Server> servers;
  const bool twins = rollout.traffic && !rollout.traffic->twin.empty();
  const size_t known = rollout.instances.size() + (twins ? rollout.twins.size() : 0);
  for (size_t place = 0; place < known; ++place) servers.push_back(server_of(rollout, static_cast<int>(place)));
  return servers;
}

std::vector<Backends> backends_of(const Rollout& rollout) {
  const Traffic& traffic = *rollout.traffic;
  std::vector<Backends> all;
  for (const Wave& wave : rollout.waves) {
    if (!wave.service.empty()) all.push_back({wave.service, wave.service, wave.twin});
  }
  if (all.empty()) all.push_back({traffic.key, traffic.service, traffic.twin});
  return all;
}

Backends backends_of(const Rollout& rollout, int dial) {
  return backends_of(rollout)[static_cast<size_t>(dial)];
}

}  // namespace trunkline::deployer
