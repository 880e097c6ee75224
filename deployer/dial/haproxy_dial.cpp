#include "deployer/dial/haproxy_dial.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/files.h"
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

// Of a server that is not there, the nearest thing that HAProxy has.
std::string hint(const std::map<std::string, HaproxyServer>& servers) {
  std::string names;
  for (const auto& [name, server] : servers) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "it has none" : "it has " + names;
}

Door door_of(const HaproxyServer& now) {
  return now.in_maintenance ? Door::maint : now.draining ? Door::drain : Door::ready;
}

bool is_silent(const base::Error& error) {
  return error.kind == Kind::unavailable;
}

}  // namespace

class HaproxyDial::Acting {
 public:
  Acting(HaproxyDial& dial, std::string path) : dial_(dial), path_(std::move(path)) {
    std::unique_lock lock(dial_.mutex_);
    dial_.free_.wait(lock, [this] { return dial_.acting_.insert(path_).second; });
  }
  ~Acting() {
    {
      const std::lock_guard lock(dial_.mutex_);
      dial_.acting_.erase(path_);
    }
    dial_.free_.notify_all();
  }
  Acting(const Acting&) = delete;

 private:
  HaproxyDial& dial_;
  const std::string path_;
};

HaproxyDial::HaproxyDial(HaproxySetting setting) : setting_(std::move(setting)) {}

Result<std::string> HaproxyDial::ask(const std::string& endpoint, const std::string& command) const {
  auto answer = ask_haproxy(endpoint, command, setting_.answer_within);
  if (!answer && answer.error().kind != Kind::invalid) answer.error().kind = Kind::unavailable;
  return answer;
}

Result<HaproxyDial::Servers> HaproxyDial::servers(const std::string& endpoint, const std::string& backend) const {
  TRY_ASSIGN(const std::string state, ask(endpoint, "show servers state " + backend));
  TRY_ASSIGN(const std::string stat, ask(endpoint, fmt::format("show stat {} 4 -1", backend)));
  return parse_servers(state, stat, backend);
}

Result<HaproxyServer> HaproxyDial::look(const std::string& endpoint, const Server& server) const {
  TRY_ASSIGN(auto all, servers(endpoint, server.backend));
  const auto found = all.find(server.name);
  if (found != all.end()) return found->second;
  return fail(Kind::invalid, fmt::format("the backend \"{}\" of HAProxy at {} has no server \"{}\": {}", server.backend,
                                         endpoint, server.name, hint(all)));
}

Result<bool> HaproxyDial::is_at(const HaproxyServer& now, const Server& server) const {
  TRY_ASSIGN(const auto numbers, resolve(server.address));
  return std::any_of(numbers.begin(), numbers.end(),
                     [&](const NumericAddress& number) { return now.address == number.host + ":" + number.port; });
}

Result<> HaproxyDial::set_door(const std::string& endpoint, const Server& server, Door door) {
  const std::string command = fmt::format("set server {} state {}", path_of(server), to_string(door));
  TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
  TRY_ASSIGN(const std::string answer, ask(endpoint, command));
  TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
  if (door_of(now) == door) return {};
  return fail(Kind::internal,
              fmt::format("HAProxy at {} did not take \"{}\": {}", endpoint, command, base::trim(answer)));
}

Result<> HaproxyDial::set_address(const std::string& endpoint, const Server& server) {
  TRY_ASSIGN(const auto numbers, resolve(server.address));
  const std::string command =
      fmt::format("set server {} addr {} port {}", path_of(server), numbers.front().host, numbers.front().port);
  TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
  TRY_ASSIGN(const std::string answer, ask(endpoint, command));
  TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
  TRY_ASSIGN(const bool taken, is_at(now, server));
  if (taken) return {};
  return fail(Kind::internal, fmt::format("HAProxy at {} did not take \"{}\": {}, the server is at {}", endpoint,
                                          command, base::trim(answer), now.address));
}

Result<std::vector<DialView>> HaproxyDial::read_at(const std::string& endpoint,
                                                   const std::vector<Server>& wanted) const {
  std::vector<DialView> views;
  std::map<std::string, Servers> backends;
  for (const Server& server : wanted) {
    if (!backends.contains(server.backend)) {
      TRY_ASSIGN(backends[server.backend], servers(endpoint, server.backend));
    }
    const Servers& all = backends[server.backend];
    const auto found = all.find(server.name);
    if (found == all.end()) return fail(look(endpoint, server).error());
    const HaproxyServer& now = found->second;
    views.push_back({server.backend, server.name, endpoint, now.address, now.serves(), now.sessions, now.requests,
                     std::string(to_string(door_of(now)))});
  }
  return views;
}

// Whether the silent ones may be done without.
Result<> HaproxyDial::check_quorum(size_t answered, const std::optional<base::Error>& silent) const {
  if (answered >= quorum_of(setting_)) return {};
  base::Error error = *silent;
  error.message +=
      fmt::format(" ({} of {} balancers answered, {} must)", answered, setting_.endpoints.size(), quorum_of(setting_));
  return fail(std::move(error));
}

Result<std::vector<DialView>> HaproxyDial::read(const std::vector<Server>& wanted) {
  std::vector<DialView> views;
  size_t answered = 0;
  std::optional<base::Error> silent;
  for (const std::string& endpoint : setting_.endpoints) {
    const auto seen = read_at(endpoint, wanted);
    if (!seen && !is_silent(seen.error())) return fail(seen.error());
    if (!seen) silent = seen.error();
    if (!seen) continue;
    ++answered;
    views.insert(views.end(), seen->begin(), seen->end());
  }
  TRY(check_quorum(answered, silent));
  return views;
}

// In maintenance, at its address. A server that serves there already is left alone.
Result<> HaproxyDial::prepare_at(const std::string& endpoint, const Server& server) {
  TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
  TRY_ASSIGN(const bool there, is_at(now, server));
  if (there) return {};
  if (now.serves()) {
    return fail(Kind::conflict, fmt::format("{} at {} serves users at {}, not at {}; it must be drained first",
                                            path_of(server), endpoint, now.address, server.address));
  }
  if (!now.in_maintenance) TRY(set_door(endpoint, server, Door::maint));
  return set_address(endpoint, server);
}

// HAProxy takes a server that leaves maintenance for up before any check. While it drains it is checked, but nobody is
// sent to it.
Result<> HaproxyDial::wait_for_check(const std::string& endpoint, const Server& server, std::stop_token stop) {
  TRY(set_door(endpoint, server, Door::drain));
  const auto deadline = base::system_clock().steady() + setting_.up_within;
  for (;;) {
    TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
    if (now.up && now.checked) return {};
    if (base::system_clock().steady() > deadline) {
      TRY(set_door(endpoint, server, Door::maint));
      return fail(Kind::timeout, fmt::format("HAProxy at {} does not see {} up: its health check fails ({})", endpoint,
                                             server.name, now.check));
    }
    TRY(pause_for(kPoll, stop));
  }
}

Result<int64_t> HaproxyDial::admit_at(const std::string& endpoint, const Server& server, std::stop_token stop) {
  TRY(prepare_at(endpoint, server));
  TRY_ASSIGN(HaproxyServer now, look(endpoint, server));
  if (!now.serves()) {
    TRY(wait_for_check(endpoint, server, stop));
    TRY(set_door(endpoint, server, Door::ready));
    TRY_ASSIGN(now, look(endpoint, server));
  }
  return now.requests;
}

// An act at each balancer in turn: the silent ones are told later.
template <typename Act>
Result<> HaproxyDial::at_quorum(const Server& server, Door door, const Act& act) {
  std::vector<std::string> took, missed;
  std::optional<base::Error> silent;
  for (const std::string& endpoint : setting_.endpoints) {
    const Result<> done = act(endpoint);
    if (!done && !is_silent(done.error())) return done;
    if (!done) silent = done.error();
    (done ? took : missed).push_back(endpoint);
  }
  TRY(check_quorum(took.size(), silent));
  memory_.left(server, door);
  for (const std::string& endpoint : took) memory_.took(endpoint, server);
  for (const std::string& endpoint : missed) miss(endpoint, server);
  return {};
}

Result<int64_t> HaproxyDial::admit(const Server& server, std::stop_token stop) {
  meet_all();
  const Acting acting(*this, path_of(server));
  int64_t requests = 0;
  const auto done = at_quorum(server, Door::ready, [&](const std::string& endpoint) -> Result<> {
    TRY_ASSIGN(const int64_t counted, admit_at(endpoint, server, stop));
    requests += counted;
    return {};
  });
  save_state();
  return done.map([&] { return requests; });
}

Result<> HaproxyDial::shut(const Server& server) {
  meet_all();
  const Acting acting(*this, path_of(server));
  const auto done = at_quorum(server, Door::maint, [&](const std::string& endpoint) -> Result<> {
    TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
    return now.in_maintenance ? Result<>{} : set_door(endpoint, server, Door::maint);
  });
  save_state();
  return done;
}

void HaproxyDial::miss(const std::string& endpoint, const Server& server) {
  if (!memory_.missed(endpoint, server)) return;
  const std::lock_guard lock(mutex_);
  notes_.push_back(fmt::format("HAProxy at {} is silent; it is told what it missed when it answers again", endpoint));
}

Result<> HaproxyDial::check_others(const Server& server, int others) const {
  for (const std::string& endpoint : setting_.endpoints) {
    TRY_ASSIGN(const Servers all, servers(endpoint, server.backend));
    const auto self = all.find(server.name);
    if (self == all.end() || !self->second.serves()) continue;
    const auto left = std::count_if(all.begin(), all.end(), [](const auto& one) { return one.second.serves(); }) - 1;
    if (left < others) {
      return fail(
          Kind::conflict,
          fmt::format("draining {} would leave {} who serve users of the backend \"{}\" of HAProxy at {}, and "
                      "{} must",
                      server.name, left == 0 ? "nobody" : fmt::format("{}", left), server.backend, endpoint, others));
    }
  }
  return {};
}

Result<> HaproxyDial::close_at(const std::string& endpoint, const Server& server) {
  TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
  return now.in_maintenance ? Result<>{} : set_door(endpoint, server, Door::drain);
}

// All balancers first, then the waiting: nobody new may come in by another door meanwhile.
Result<> HaproxyDial::close_doors(const Server& server, int others) {
  const std::lock_guard lock(draining_);
  if (others > 0) TRY(check_others(server, others));
  Result<> first;
  memory_.left(server, Door::drain);
  for (const std::string& endpoint : setting_.endpoints) {
    auto closed = close_at(endpoint, server);
    if (closed) {
      memory_.took(endpoint, server);
      continue;
    }
    if (is_silent(closed.error())) miss(endpoint, server);
    if (first) first = std::move(closed);
  }
  return first;
}

Result<> HaproxyDial::check_may_cut(const std::string& endpoint, const HaproxyServer& now) const {
  if (now.sessions == 0 || setting_.drain_end == DrainEnd::close) return {};
  return fail(Kind::timeout, fmt::format("{} of its connections at HAProxy at {} are still open after {}; "
                                         "traffic.drain.then is hold, so nothing was cut",
                                         now.sessions, endpoint, base::format_duration(setting_.drain_timeout)));
}

// Waits for the last connection, then closes the door for good: in maintenance there are no health checks either, which
// an instance that is about to stop would fail.
Result<Drained> HaproxyDial::settle_at(const std::string& endpoint, const Server& server, base::SteadyTime deadline,
                                       std::stop_token stop) {
  for (;;) {
    TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
    const bool was_cut = now.in_maintenance && setting_.drain_end == DrainEnd::close;
    const bool late = base::system_clock().steady() > deadline;
    if (late) TRY(check_may_cut(endpoint, now));
    if (now.sessions == 0 || was_cut || late) break;
    TRY(pause_for(kPoll, stop));
  }
  TRY(set_door(endpoint, server, Door::maint));
  TRY_ASSIGN(const HaproxyServer now, look(endpoint, server));
  TRY(check_may_cut(endpoint, now));
  if (now.sessions > 0) {
    TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
    TRY(ask(endpoint, "shutdown sessions server " + path_of(server)));
  }
  return Drained{now.requests, now.sessions};
}

Result<Drained> HaproxyDial::drain(const Server& server, int others, std::stop_token stop) {
  meet_all();
  const Acting acting(*this, path_of(server));
  const auto closed = close_doors(server, others);
  save_state();
  TRY(closed);
  const auto deadline = base::system_clock().steady() + setting_.drain_timeout;
  Drained sum;
  for (const std::string& endpoint : setting_.endpoints) {
    TRY_ASSIGN(const Drained one, settle_at(endpoint, server, deadline, stop));
    sum.requests += one.requests;
    sum.cut += one.cut;
  }
  memory_.left(server, Door::maint);
  save_state();
  return sum;
}

Result<HaproxyProcess> HaproxyDial::process(const std::string& endpoint) const {
  TRY_ASSIGN(const std::string info, ask(endpoint, "show info"));
  return parse_process(info);
}

std::vector<std::string> HaproxyDial::behind() {
  return memory_.behind();
}

void HaproxyDial::expect(const std::vector<Server>& admitted) {
  if (quorum_of(setting_) == setting_.endpoints.size()) return;
  for (const Server& server : admitted) {
    memory_.left(server, Door::ready);
    for (const std::string& endpoint : setting_.endpoints) memory_.missed(endpoint, server);
  }
}

// Whether there was something to do.
Result<bool> HaproxyDial::reassert_server(const std::string& endpoint, const Server& server) {
  const std::string path = path_of(server);
  {
    const std::lock_guard lock(mutex_);
    if (acting_.contains(path)) return fail(Kind::conflict, path + " is being set by somebody else");
  }
  const Acting acting(*this, path);
  const DoorMemory::Left left = *memory_.left(path);
  TRY_ASSIGN(const HaproxyServer now, look(endpoint, left.server));
  TRY_ASSIGN(const bool there, is_at(now, left.server));
  const bool must_move = left.door == Door::ready && !there;
  const bool must_turn = door_of(now) != left.door;
  if (must_move) {
    // It was given an address that it forgot, so whoever is sent there is lost already.
    TRY(set_door(endpoint, left.server, Door::maint));
    TRY(set_address(endpoint, left.server));
  }
  if (must_move || must_turn) TRY(set_door(endpoint, left.server, left.door));
  memory_.took(endpoint, left.server);
  return must_move || must_turn;
}

// The failure of one server does not keep it from the others.
Result<bool> HaproxyDial::reassert_at(const std::string& endpoint) {
  const auto now = process(endpoint);
  if (!now) return false;
  const bool anew = memory_.met(endpoint, *now);
  const auto missed = memory_.missed_at(endpoint);
  Result<> first;
  int set = 0;
  for (const DoorMemory::Left& left : missed) {
    auto done = reassert_server(endpoint, left.server);
    set += done && *done ? 1 : 0;
    if (!done && first) first = fail(std::move(done).error());
  }
  if (anew || set > 0) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(fmt::format("HAProxy at {} {}{}", endpoint,
                                 anew ? "was reloaded or started anew" : "answers again",
                                 set > 0 ? fmt::format("; {} servers were set again", set) : ""));
  }
  TRY(first);
  return anew || !missed.empty();
}

Result<bool> HaproxyDial::reassert() {
  bool any = false;
  Result<> first;
  for (const std::string& endpoint : setting_.endpoints) {
    auto done = reassert_at(endpoint);
    any = any || !done || *done;
    if (!done && first) first = fail(std::move(done).error());
  }
  if (any) save_state();
  TRY(first);
  return any;
}

// Before the first change, so that a restart after it is seen.
void HaproxyDial::meet_all() {
  for (const std::string& endpoint : setting_.endpoints) {
    if (memory_.has_met(endpoint)) continue;
    if (const auto now = process(endpoint)) memory_.met(endpoint, *now);
  }
}

// Of all backends: a reload takes the others' servers from the file, too.
void HaproxyDial::save_state() {
  if (setting_.state_file.empty() || setting_.endpoints.empty()) return;
  const std::lock_guard lock(mutex_);  // an older state must not be written over a newer one
  const auto state = ask(setting_.endpoints.front(), "show servers state");
  if (!state && is_silent(state.error())) return;  // whoever acts on it says so
  Result<> done;
  if (!state) {
    done = fail(state.error());
  } else if (!state->starts_with("1\n")) {
    done = fail(Kind::invalid, fmt::format("HAProxy says of its servers: {}", base::trim(*state)));
  } else {
    done = base::write_file_atomically(setting_.state_file, *state);
  }
  if (!done)
    notes_.push_back("the state file is not fresh, a reload would not know of this: " + to_string(done.error()));
}

std::vector<std::string> HaproxyDial::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

}  // namespace trunkline::deployer
