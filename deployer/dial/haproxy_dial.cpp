#include "deployer/dial/haproxy_dial.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/files.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

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

HaproxyDial::HaproxyDial(HaproxySetting setting) : setting_(std::move(setting)) {
  for (const std::string& endpoint : setting_.endpoints) balancers_.emplace_back(endpoint, setting_);
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
  for (const HaproxyBalancer& balancer : balancers_) {
    const auto seen = balancer.read(wanted);
    if (!seen && !is_silent(seen.error())) return fail(seen.error());
    if (!seen) silent = seen.error();
    if (!seen) continue;
    ++answered;
    views.insert(views.end(), seen->begin(), seen->end());
  }
  TRY(check_quorum(answered, silent));
  return views;
}

// An act at each balancer in turn: the silent ones are told later.
template <typename Act>
Result<> HaproxyDial::at_quorum(const Server& server, Door door, const Act& act) {
  std::vector<std::string> took, missed;
  std::optional<base::Error> silent;
  for (const HaproxyBalancer& balancer : balancers_) {
    const Result<> done = act(balancer);
    if (!done && !is_silent(done.error())) return done;
    if (!done) silent = done.error();
    (done ? took : missed).push_back(balancer.endpoint());
  }
  TRY(check_quorum(took.size(), silent));
  memory_.remember(server, door);
  for (const std::string& endpoint : took) memory_.took(endpoint, server);
  for (const std::string& endpoint : missed) miss(endpoint, server);
  return {};
}

Result<int64_t> HaproxyDial::admit(const Server& server, std::stop_token stop) {
  meet_all();
  const Acting acting(*this, path_of(server));
  int64_t requests = 0;
  const auto done = at_quorum(server, Door::ready, [&](const HaproxyBalancer& balancer) -> Result<> {
    TRY_ASSIGN(const int64_t counted, balancer.admit(server, stop));
    requests += counted;
    return {};
  });
  save_state();
  return done.map([&] { return requests; });
}

Result<> HaproxyDial::shut(const Server& server) {
  meet_all();
  const Acting acting(*this, path_of(server));
  const auto done =
      at_quorum(server, Door::maint, [&](const HaproxyBalancer& balancer) { return balancer.shut(server); });
  save_state();
  return done;
}

void HaproxyDial::miss(const std::string& endpoint, const Server& server) {
  if (!memory_.missed(endpoint, server)) return;
  const std::lock_guard lock(mutex_);
  notes_.push_back(fmt::format("HAProxy at {} is silent; it is told what it missed when it answers again", endpoint));
}

Result<> HaproxyDial::check_others(const Server& server, int others) const {
  for (const HaproxyBalancer& balancer : balancers_) {
    TRY_ASSIGN(const auto all, balancer.servers(server.backend));
    const auto self = all.find(server.name);
    if (self == all.end() || !self->second.serves()) continue;
    const auto left = std::count_if(all.begin(), all.end(), [](const auto& one) { return one.second.serves(); }) - 1;
    if (left < others) {
      return fail(Kind::conflict,
                  fmt::format("draining {} would leave {} who serve users of the backend \"{}\" of HAProxy at {}, and "
                              "{} must",
                              server.name, left == 0 ? "nobody" : fmt::format("{}", left), server.backend,
                              balancer.endpoint(), others));
    }
  }
  return {};
}

// All balancers first, then the waiting: nobody new may come in by another door meanwhile.
Result<> HaproxyDial::close_doors(const Server& server, DrainRule rule) {
  const std::lock_guard lock(draining_);
  if (rule.others > 0) TRY(check_others(server, rule.others));
  Result<> first;
  const bool at_once = rule.closing == DrainRule::Closing::at_once;
  memory_.remember(server, at_once ? Door::maint : Door::drain);
  for (const HaproxyBalancer& balancer : balancers_) {
    auto closed = at_once ? balancer.shut(server) : balancer.close(server);
    if (closed) {
      memory_.took(balancer.endpoint(), server);
      continue;
    }
    if (is_silent(closed.error())) miss(balancer.endpoint(), server);
    if (first) first = std::move(closed);
  }
  return first;
}

Result<Drained> HaproxyDial::drain(const Server& server, DrainRule rule, std::stop_token stop) {
  meet_all();
  const Acting acting(*this, path_of(server));
  const auto closed = close_doors(server, rule);
  save_state();
  TRY(closed);
  const auto deadline = base::system_clock().steady() + setting_.drain_timeout;
  Drained sum;
  for (const HaproxyBalancer& balancer : balancers_) {
    TRY_ASSIGN(const Drained one, balancer.settle(server, deadline, stop));
    sum.requests += one.requests;
    sum.cut += one.cut;
  }
  memory_.remember(server, Door::maint);
  save_state();
  return sum;
}

Endpoints HaproxyDial::behind() {
  return memory_.behind();
}

void HaproxyDial::expect(const std::vector<Server>& admitted) {
  if (quorum_of(setting_) == setting_.endpoints.size()) return;
  for (const Server& server : admitted) {
    memory_.remember(server, Door::ready);
    for (const std::string& endpoint : setting_.endpoints) memory_.missed(endpoint, server);
  }
}

// Whether there was something to do.
Result<bool> HaproxyDial::reassert_server(const HaproxyBalancer& balancer, const Server& server) {
  const std::string path = path_of(server);
  {
    const std::lock_guard lock(mutex_);
    if (acting_.contains(path)) return fail(Kind::conflict, path + " is being set by somebody else");
  }
  const Acting acting(*this, path);
  const DoorMemory::Left left = *memory_.left(path);
  TRY_ASSIGN(const bool set, balancer.put(left.server, left.door));
  memory_.took(balancer.endpoint(), left.server);
  return set;
}

// The failure of one server does not keep it from the others.
Result<bool> HaproxyDial::reassert_at(const HaproxyBalancer& balancer) {
  const std::string& endpoint = balancer.endpoint();
  const auto now = balancer.process();
  if (!now) return false;
  const bool anew = memory_.met(endpoint, *now);
  const auto missed = memory_.missed_at(endpoint);
  Result<> first;
  int set = 0;
  for (const DoorMemory::Left& left : missed) {
    auto done = reassert_server(balancer, left.server);
    set += done && *done ? 1 : 0;
    if (!done && first) first = fail(std::move(done).error());
  }
  if (anew || set > 0) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(fmt::format(
        "HAProxy at {} {}{}", endpoint, anew ? "was reloaded or started anew" : "answers again",
        set > 0 ? fmt::format("; {} set again", set == 1 ? "1 server was" : fmt::format("{} servers were", set)) : ""));
  }
  TRY(first);
  return anew || !missed.empty();
}

Result<bool> HaproxyDial::reassert() {
  bool any = false;
  Result<> first;
  for (const HaproxyBalancer& balancer : balancers_) {
    auto done = reassert_at(balancer);
    any = any || !done || *done;
    if (!done && first) first = fail(std::move(done).error());
  }
  if (any) save_state();
  TRY(first);
  return any;
}

// Before the first change, so that a restart after it is seen.
void HaproxyDial::meet_all() {
  for (const HaproxyBalancer& balancer : balancers_) {
    if (memory_.has_met(balancer.endpoint())) continue;
    if (const auto now = balancer.process()) memory_.met(balancer.endpoint(), *now);
  }
}

// Of all backends: a reload takes the others' servers from the file, too.
void HaproxyDial::save_state() {
  if (setting_.state_file.empty() || balancers_.empty()) return;
  const std::lock_guard lock(mutex_);  // an older state must not be written over a newer one
  const auto state = balancers_.front().state();
  if (!state && is_silent(state.error())) return;  // whoever acts on it says so
  const Result<> done = state ? base::write_file_atomically(setting_.state_file, *state) : fail(state.error());
  if (!done)
    notes_.push_back("the state file is not fresh, a reload would not know of this: " + to_string(done.error()));
}

std::vector<std::string> HaproxyDial::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

}  // namespace trunkline::deployer
