#include "deployer/dial/haproxy_dial.h"

#include <fmt/format.h>

#include "base/core/text.h"
#include "deployer/dial/haproxy_socket.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kPoll{20};
constexpr Millis kUpWithin{15'000};  // a server with a health check comes up after its first passed ones

}  // namespace

HaproxyDial::HaproxyDial(Traffic traffic, std::vector<std::string> instances)
    : traffic_(std::move(traffic)), instances_(std::move(instances)) {}

Result<std::map<std::string, HaproxyServer>> HaproxyDial::servers(const std::string& endpoint) const {
  TRY_ASSIGN(const std::string state, ask_haproxy(endpoint, "show servers state " + traffic_.service));
  TRY_ASSIGN(const std::string stat, ask_haproxy(endpoint, fmt::format("show stat {} 4 -1", traffic_.service)));
  return parse_servers(state, stat, traffic_.service);
}

Result<HaproxyServer> HaproxyDial::server(const std::string& endpoint, const std::string& instance) const {
  TRY_ASSIGN(auto all, servers(endpoint));
  const auto found = all.find(instance);
  if (found != all.end()) return found->second;
  return fail(Kind::invalid, fmt::format("the backend \"{}\" of HAProxy at {} has no server \"{}\"", traffic_.service,
                                         endpoint, instance));
}

Result<> HaproxyDial::set_state(const std::string& endpoint, const std::string& instance,
                                const std::string& state) const {
  const std::string command = fmt::format("set server {}/{} state {}", traffic_.service, instance, state);
  TRY_ASSIGN(const std::string answer, ask_haproxy(endpoint, command));
  TRY_ASSIGN(const HaproxyServer now, server(endpoint, instance));
  const bool taken = state == "ready"   ? !now.in_maintenance && !now.draining
                     : state == "drain" ? now.draining
                                        : now.in_maintenance;
  if (taken) return {};
  return fail(Kind::internal,
              fmt::format("HAProxy at {} did not take \"{}\": {}", endpoint, command, base::trim(answer)));
}

Result<std::vector<DialView>> HaproxyDial::read() {
  std::vector<DialView> views;
  for (const std::string& endpoint : traffic_.endpoints) {
    TRY_ASSIGN(const auto all, servers(endpoint));
    for (const std::string& instance : instances_) {
      const auto found = all.find(instance);
      if (found == all.end()) return fail(server(endpoint, instance).error());
      const HaproxyServer& s = found->second;
      views.push_back({instance, endpoint, s.up && !s.in_maintenance && !s.draining, s.sessions, s.requests});
    }
  }
  return views;
}

Result<int64_t> HaproxyDial::admit_at(const std::string& endpoint, const std::string& instance,
                                      std::stop_token stop) const {
  TRY(set_state(endpoint, instance, "ready"));
  const auto deadline = base::system_clock().steady() + kUpWithin;
  for (;;) {
    TRY_ASSIGN(const HaproxyServer now, server(endpoint, instance));
    if (now.up) return now.requests;
    if (base::system_clock().steady() > deadline) {
      return fail(Kind::timeout,
                  fmt::format("HAProxy at {} does not see {} up: its health check fails", endpoint, instance));
    }
    TRY(pause_for(kPoll, stop));
  }
}

Result<int64_t> HaproxyDial::admit(const std::string& instance, std::stop_token stop) {
  int64_t requests = 0;
  for (const std::string& endpoint : traffic_.endpoints) {
    TRY_ASSIGN(const int64_t counted, admit_at(endpoint, instance, stop));
    requests += counted;
  }
  return requests;
}

// Waits for the last request, then closes the door for good: in maintenance there are no health checks either, which
// an instance that is about to stop would fail.
Result<> HaproxyDial::settle_at(const std::string& endpoint, const std::string& instance, base::SteadyTime deadline,
                                std::stop_token stop) const {
  for (;;) {
    TRY_ASSIGN(const HaproxyServer now, server(endpoint, instance));
    if (now.sessions == 0 || now.in_maintenance || base::system_clock().steady() > deadline) break;
    TRY(pause_for(kPoll, stop));
  }
  TRY(set_state(endpoint, instance, "maint"));
  TRY(ask_haproxy(endpoint, fmt::format("shutdown sessions server {}/{}", traffic_.service, instance)));
  return {};
}

Result<int64_t> HaproxyDial::drain(const std::string& instance, std::stop_token stop) {
  int64_t requests = 0;
  // All balancers first, then the waiting: nobody new may come in by another door meanwhile.
  for (const std::string& endpoint : traffic_.endpoints) {
    TRY_ASSIGN(const HaproxyServer now, server(endpoint, instance));
    if (!now.in_maintenance) TRY(set_state(endpoint, instance, "drain"));
  }
  const auto deadline = base::system_clock().steady() + traffic_.drain_timeout;
  for (const std::string& endpoint : traffic_.endpoints) {
    TRY(settle_at(endpoint, instance, deadline, stop));
    TRY_ASSIGN(const HaproxyServer now, server(endpoint, instance));
    requests += now.requests;
  }
  return requests;
}

namespace {

// A service without a load balancer: nobody is sent anywhere, so there is nothing to wait for.
class NoDial final : public Dial {
 public:
  Result<std::vector<DialView>> read() override { return std::vector<DialView>{}; }
  Result<int64_t> admit(const std::string&, std::stop_token) override { return 0; }
  Result<int64_t> drain(const std::string&, std::stop_token) override { return 0; }
};

}  // namespace

std::unique_ptr<Dial> make_dial(const Rollout& rollout) {
  if (!rollout.traffic) return std::make_unique<NoDial>();
  std::vector<std::string> instances;
  for (const Instance& instance : rollout.instances) instances.push_back(instance.id);
  return std::make_unique<HaproxyDial>(*rollout.traffic, std::move(instances));
}

}  // namespace trunkline::deployer
