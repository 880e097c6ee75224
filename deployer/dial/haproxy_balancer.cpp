#include "deployer/dial/haproxy_balancer.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "base/core/text.h"
#include "deployer/dial/addresses.h"
#include "deployer/dial/haproxy_socket.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kPoll{20};
constexpr Millis kPersistence{500};  // how long a drained server is left to users whose cookie names it

// Of a server that is not there, the nearest thing that HAProxy has.
std::string hint(const std::map<std::string, HaproxyServer>& servers) {
  std::string names;
  for (const auto& [name, server] : servers) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "it has none" : "it has " + names;
}

Door door_of(const HaproxyServer& now) {
  return now.in_maintenance ? Door::maint : now.draining ? Door::drain : Door::ready;
}

}  // namespace

HaproxyBalancer::HaproxyBalancer(std::string endpoint, const HaproxySetting& setting)
    : endpoint_(std::move(endpoint)), setting_(setting) {}

Result<std::string> HaproxyBalancer::ask(const std::string& command) const {
  auto answer = ask_haproxy(endpoint_, command, setting_.answer_within);
  if (!answer && answer.error().kind != Kind::invalid) answer.error().kind = Kind::unavailable;
  return answer;
}

Result<HaproxyBalancer::Servers> HaproxyBalancer::servers(const std::string& backend) const {
  TRY_ASSIGN(const std::string state, ask("show servers state " + backend));
  TRY_ASSIGN(const std::string stat, ask(fmt::format("show stat {} 4 -1", backend)));
  return parse_servers(state, stat, backend);
}

Result<HaproxyServer> HaproxyBalancer::look(const Server& server) const {
  TRY_ASSIGN(auto all, servers(server.backend));
  const auto found = all.find(server.name);
  if (found != all.end()) return found->second;
  return fail(Kind::invalid, fmt::format("the backend \"{}\" of HAProxy at {} has no server \"{}\": {}", server.backend,
                                         endpoint_, server.name, hint(all)));
}

Result<bool> HaproxyBalancer::is_at(const HaproxyServer& now, const Server& server) const {
  TRY_ASSIGN(const auto numbers, resolve(server.address));
  return std::any_of(numbers.begin(), numbers.end(),
                     [&](const NumericAddress& number) { return now.address == number.host + ":" + number.port; });
}

Result<> HaproxyBalancer::set_door(const Server& server, Door door) const {
  const std::string command = fmt::format("set server {} state {}", path_of(server), to_string(door));
  TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
  TRY_ASSIGN(const std::string answer, ask(command));
  TRY_ASSIGN(const HaproxyServer now, look(server));
  if (door_of(now) == door) return {};
  return fail(Kind::internal,
              fmt::format("HAProxy at {} did not take \"{}\": {}", endpoint_, command, base::trim(answer)));
}

// Ports and addresses that health and agent checks have of their own stay behind when a server moves: HAProxy would
// ask the old instance how the new one is.
Result<> HaproxyBalancer::check_may_move(const HaproxyServer& now, const Server& server,
                                         const std::string& port) const {
  const bool own_port = !now.check_port.empty() && now.check_port != port;
  if (!own_port && now.check_host.empty()) return {};
  return fail(
      Kind::conflict,
      fmt::format("the health check of {} at HAProxy at {} has an address of its own ({}:{}), which stays behind "
                  "when the server moves to {}; take `addr` and `port` out of its line, or give it no `twin`",
                  path_of(server), endpoint_, now.check_host.empty() ? "*" : now.check_host,
                  now.check_port.empty() ? "*" : now.check_port, server.address));
}

Result<> HaproxyBalancer::set_address(const Server& server) const {
  TRY_ASSIGN(const auto numbers, resolve(server.address));
  TRY_ASSIGN(const HaproxyServer before, look(server));
  TRY(check_may_move(before, server, numbers.front().port));
  const std::string command =
      fmt::format("set server {} addr {} port {}", path_of(server), numbers.front().host, numbers.front().port);
  TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
  TRY_ASSIGN(const std::string answer, ask(command));
  TRY_ASSIGN(const HaproxyServer now, look(server));
  TRY_ASSIGN(const bool taken, is_at(now, server));
  if (taken) return {};
  return fail(Kind::internal, fmt::format("HAProxy at {} did not take \"{}\": {}, the server is at {}", endpoint_,
                                          command, base::trim(answer), now.address));
}

Result<std::vector<DialView>> HaproxyBalancer::read(const std::vector<Server>& wanted) const {
  std::vector<DialView> views;
  std::map<std::string, Servers> backends;
  for (const Server& server : wanted) {
    if (!backends.contains(server.backend)) {
      TRY_ASSIGN(backends[server.backend], servers(server.backend));
    }
    const Servers& all = backends[server.backend];
    const auto found = all.find(server.name);
    if (found == all.end()) return fail(look(server).error());
    const HaproxyServer& now = found->second;
    views.push_back({server.backend, server.name, endpoint_, now.address, now.serves(), now.sessions, now.requests,
                     std::string(to_string(door_of(now)))});
  }
  return views;
}

// In maintenance, at its address. A server that serves there already is left alone.
Result<> HaproxyBalancer::prepare(const Server& server) const {
  TRY_ASSIGN(const HaproxyServer now, look(server));
  TRY_ASSIGN(const bool there, is_at(now, server));
  if (there) return {};
  if (now.serves()) {
    return fail(Kind::conflict, fmt::format("{} at {} serves users at {}, not at {}; it must be drained first",
                                            path_of(server), endpoint_, now.address, server.address));
  }
  if (!now.in_maintenance) TRY(set_door(server, Door::maint));
  return set_address(server);
}

// HAProxy takes a server that leaves maintenance for up before any check. While it drains it is checked, but nobody is
// sent to it.
Result<> HaproxyBalancer::wait_for_check(const Server& server, std::stop_token stop) const {
  TRY(set_door(server, Door::drain));
  const auto deadline = base::system_clock().steady() + setting_.up_within;
  for (;;) {
    TRY_ASSIGN(const HaproxyServer now, look(server));
    if (now.up && now.checked) return {};
    if (base::system_clock().steady() > deadline) {
      TRY(set_door(server, Door::maint));
      return fail(Kind::timeout, fmt::format("HAProxy at {} does not see {} up: its health check fails ({})", endpoint_,
                                             server.name, now.check));
    }
    TRY(pause_for(kPoll, stop));
  }
}

Result<int64_t> HaproxyBalancer::admit(const Server& server, std::stop_token stop) const {
  TRY(prepare(server));
  TRY_ASSIGN(HaproxyServer now, look(server));
  if (!now.serves()) {
    TRY(wait_for_check(server, stop));
    TRY(set_door(server, Door::ready));
    TRY_ASSIGN(now, look(server));
  }
  if (now.weight == 0) {
    return fail(Kind::conflict,
                fmt::format("{} at HAProxy at {} has weight 0, so that nobody is sent there: set server {} "
                            "weight 100%",
                            path_of(server), endpoint_, path_of(server)));
  }
  return now.requests;
}

Result<> HaproxyBalancer::close(const Server& server) const {
  TRY_ASSIGN(const HaproxyServer now, look(server));
  return now.in_maintenance ? Result<>{} : set_door(server, Door::drain);
}

Result<> HaproxyBalancer::shut(const Server& server) const {
  TRY_ASSIGN(const HaproxyServer now, look(server));
  return now.in_maintenance ? Result<>{} : set_door(server, Door::maint);
}

Result<> HaproxyBalancer::check_may_cut(const HaproxyServer& now) const {
  if (now.sessions == 0 || setting_.drain_end == DrainEnd::close) return {};
  return fail(Kind::timeout, fmt::format("{} of its connections at HAProxy at {} are still open after {}; "
                                         "traffic.drain.then is hold, so nothing was cut",
                                         now.sessions, endpoint_, base::format_duration(setting_.drain_timeout)));
}

// Waits for the last connection, then closes the door for good: in maintenance there are no health checks either, which
// an instance that is about to stop would fail. A drained server still takes users whose cookie names it (HAProxy 2.6
// management guide, "set server"), so that its connections may never end; in maintenance they go elsewhere, and what is
// under way ends well.
Result<Drained> HaproxyBalancer::settle(const Server& server, base::SteadyTime deadline, std::stop_token stop) const {
  const base::SteadyTime begun = base::system_clock().steady();
  std::optional<int64_t> requests;  // when the door was closed
  for (;;) {
    TRY_ASSIGN(const HaproxyServer now, look(server));
    if (!now.in_maintenance && !now.draining) return fail(let_in_again(server));
    const bool late = base::system_clock().steady() > deadline;
    if (late) TRY(check_may_cut(now));
    if (now.sessions == 0 || late) break;
    const bool they_come = now.requests > requests.value_or(now.requests);
    if (!requests) requests = now.requests;
    const bool long_enough = base::system_clock().steady() - begun > kPersistence;
    if (they_come && long_enough && !now.in_maintenance) TRY(set_door(server, Door::maint));
    TRY(pause_for(kPoll, stop));
  }
  TRY(set_door(server, Door::maint));
  TRY_ASSIGN(const HaproxyServer now, look(server));
  TRY(check_may_cut(now));
  if (now.sessions > 0) {
    TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
    TRY(ask("shutdown sessions server " + path_of(server)));
  }
  return Drained{now.requests, now.sessions};
}

base::Error HaproxyBalancer::let_in_again(const Server& server) const {
  return {Kind::conflict,
          fmt::format("somebody set {} ready again at HAProxy at {} while it was drained: a person, or an "
                      "agent-check, which must not answer \"ready\"",
                      path_of(server), endpoint_)};
}

Result<bool> HaproxyBalancer::put(const Server& server, Door door) const {
  TRY_ASSIGN(const HaproxyServer now, look(server));
  TRY_ASSIGN(const bool there, is_at(now, server));
  const bool must_move = door == Door::ready && !there;
  const bool must_turn = door_of(now) != door;
  if (must_move) {
    // It was given an address that it forgot, so whoever is sent there is lost already.
    TRY(set_door(server, Door::maint));
    TRY(set_address(server));
  }
  if (must_move || must_turn) TRY(set_door(server, door));
  return must_move || must_turn;
}

Result<HaproxyProcess> HaproxyBalancer::process() const {
  TRY_ASSIGN(const std::string info, ask("show info"));
  return parse_process(info);
}

Result<std::string> HaproxyBalancer::state() const {
  TRY_ASSIGN(std::string state, ask("show servers state"));
  if (state.starts_with("1\n")) return state;
  return fail(Kind::invalid, fmt::format("HAProxy says of its servers: {}", base::trim(state)));
}

}  // namespace trunkline::deployer
