#include "deployer/run/traffic_acts.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "deployer/record/left.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kPatience{5000};  // longer than HAProxy takes to be started anew
constexpr Millis kAgain{100};

template <typename Act>
auto patiently(const std::stop_token& stop, const Act& act) {
  const auto deadline = base::system_clock().steady() + kPatience;
  for (;;) {
    auto done = act();
    const bool may_come_back = !done && done.error().kind == Kind::unavailable;
    if (!may_come_back || base::system_clock().steady() > deadline || !pause_for(kAgain, stop)) return done;
  }
}

// Without an entry all are sent to the service's own backend, `home`.
bool sends_to(const std::string& backend, const ExposureView& view, const std::string& home) {
  const bool by_all = (view.found ? view.found->stable : home) == backend;
  const bool by_share = view.leased && view.found->share > 0 && view.found->fresh == backend;
  const bool all_others = view.leased && view.found->share == kAllUsers;
  return by_share || (by_all && !all_others);
}

}  // namespace

Result<int64_t> TrafficActs::admit(int place, const std::stop_token& stop) const {
  return patiently(stop, [&] { return world_.dial.admit(server_of(world_.rollout, place), stop); });
}

// How many others of the backend must serve while one is out: its part of the floor.
int TrafficActs::floor_beside(const std::string& backend, Pool pool) const {
  const Plan& plan = world_.plan;
  if (!plan.from || plan.by_share) return 0;
  size_t all = 0;
  for (int i = 0; i < plan.fleet; ++i) {
    all += server_of(world_.rollout, plan.place(i, pool)).backend == backend ? 1 : 0;
  }
  return plan.floor_of(all);
}

// A balancer that missed a change of the share, and is back, may still send users to the side that goes: where the
// other one is not told to take them, nobody's door is closed.
Result<> TrafficActs::check_no_share(int place, Silent silent) const {
  const Plan& plan = world_.plan;
  if (!plan.from || !plan.by_share) return {};
  const std::string backend = server_of(world_.rollout, place).backend;
  const int instance = place % plan.fleet;
  for (size_t dial = 0; dial < plan.dials.size(); ++dial) {
    const Batch& batch = plan.dials[dial];
    if (std::find(batch.begin(), batch.end(), instance) == batch.end()) continue;
    const Backends backends = backends_of(world_.rollout, static_cast<int>(dial));
    TRY_ASSIGN(const auto views, world_.share->read(backends.key));
    for (const ExposureView& view : views) {
      if (view.error && silent == Silent::refuse) return fail(*view.error);
      if (view.error || !sends_to(backend, view, backends.home)) continue;
      return fail(Kind::conflict,
                  fmt::format("HAProxy at {} still sends users to {} (\"{}\"), and must not before it is drained",
                              view.endpoint, backend, view.text));
    }
  }
  return {};
}

Result<Drained> TrafficActs::drain_once(int place, bool at_once, const std::stop_token& stop) const {
  const Server server = server_of(world_.rollout, place);
  if (world_.share != nullptr) {
    // A balancer that missed a change is given it; one that still sends users there, for whatever reason, is seen.
    tell_of_doors(Users::stay);
    TRY(world_.share->catch_up(world_.dial.behind()));
  }
  TRY(check_no_share(place, Silent::refuse));
  const auto closing = at_once ? DrainRule::Closing::at_once : DrainRule::Closing::gentle;
  return world_.dial.drain(server, {floor_beside(server.backend, world_.plan.pool_of(place)), closing}, stop);
}

Result<Drained> TrafficActs::shut_once(int place) const {
  TRY(check_no_share(place, Silent::ignore));
  TRY(world_.dial.shut(server_of(world_.rollout, place)));
  return Drained{};
}

Result<Drained> TrafficActs::drain(int place, bool at_once, const std::stop_token& stop) const {
  const Plan& plan = world_.plan;
  const bool is_new = plan.by_share && plan.pool_of(place) == plan.new_pool();
  return patiently(
      stop, [&] { return is_new && world_.vacant(place) ? shut_once(place) : drain_once(place, at_once, stop); });
}

// Before users are sent to the new side, enough of it must be up to carry them.
Result<> TrafficActs::check_new_side(int dial, int share) const {
  std::vector<Server> servers;
  const Plan& plan = world_.plan;
  for (const int place : plan.places_of(plan.dials[static_cast<size_t>(dial)], plan.new_pool())) {
    servers.push_back(server_of(world_.rollout, place));
  }
  TRY_ASSIGN(const auto views, world_.dial.read(servers));
  std::map<std::string, int> up;  // by balancer
  for (const DialView& view : views) up[view.endpoint] += view.serving ? 1 : 0;
  const Endpoints behind = world_.dial.behind();
  for (const auto& [endpoint, count] : up) {
    if (count >= plan.needed_for(dial, share) || behind.contains(endpoint)) continue;
    return fail(Kind::conflict,
                fmt::format("only {} of {} new instances are up at HAProxy at {}; {} must be for {} of users", count,
                            servers.size(), endpoint, plan.needed_for(dial, share), share_text(share)));
  }
  return {};
}

// A way back is not kept waiting by the question who was started anew. One that cannot be told is behind().
void TrafficActs::tell_of_doors(Users users) const {
  if (users == Users::come || !world_.dial.behind().empty()) (void)world_.dial.reassert();
}

Result<> TrafficActs::set(const Exposure& exposure) const {
  return world_.share->set(exposure, Drift::refuse, world_.dial.behind(), {});
}

Result<> TrafficActs::set_share(int dial, int share, bool preview, Millis asked) const {
  const Exposure exposure = exposure_of(world_.rollout, world_.plan, dial, share, preview);
  if (exposure.lease.count() > 0 && world_.now() - asked > exposure.lease) {
    return fail(Kind::timeout, "it was asked for longer ago than a lease lasts");
  }
  return set(exposure);
}

Result<> TrafficActs::expose(const action::Expose& act, Millis asked, const std::stop_token& stop) const {
  return patiently(stop, [&]() -> Result<> {
    tell_of_doors(act.share > 0 || act.preview ? Users::come : Users::stay);
    if (act.share > 0) TRY(check_new_side(act.dial, act.share));
    return set_share(act.dial, act.share, act.preview, asked);
  });
}

Result<> TrafficActs::renew(const action::Renew& act, Millis asked) const {
  tell_of_doors(Users::come);
  return set_share(act.dial, act.share, act.preview, asked);
}

Result<> TrafficActs::promote(int dial, const std::stop_token& stop) const {
  return patiently(stop, [&]() -> Result<> {
    tell_of_doors(Users::come);
    TRY(check_new_side(dial, kAllUsers));
    return set(promoted_exposure_of(world_.rollout, world_.plan, dial));
  });
}

}  // namespace trunkline::deployer
