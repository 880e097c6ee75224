#include "deployer/simulate/users.h"

#include <algorithm>
#include <utility>

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr Millis kHour{std::chrono::hours{1}};
constexpr Millis kPoll{20};  // how often a drain looks

}  // namespace

std::optional<std::string> Users::come(Millis now) {
  if (std::exchange(came_, now) == now) return std::nullopt;
  for (int i = 0; i < balancers_.count(); ++i) {
    if (auto lost = come_to(i, now)) return lost;
  }
  return std::nullopt;
}

std::optional<std::string> Users::come_to(int balancer, Millis now) {
  const Batch* instances = &everywhere_;
  Pool pool = plan_.stable_pool;
  Pool stable = pool;
  if (!plan_.dials.empty()) {
    const int dial = random_.between(0, static_cast<int>(plan_.dials.size()) - 1);
    stable = balancers_.stable(balancer, dial);
    const bool mine = random_.between(0, kAllUsers - 1) < balancers_.share(balancer, dial);
    instances = &plan_.dials[static_cast<size_t>(dial)];
    pool = mine ? other(stable) : stable;
  }
  auto place = server_for(balancer, *instances, pool);
  // The balancer's own rule: no usable server of the new side, and its users go to the stable one.
  if (!place && pool != stable && falls_back_) place = server_for(balancer, *instances, pool = stable);
  if (!place) {
    if (may_find_nobody(*instances) || (pool == stable && some_is_unready(*instances, pool))) return std::nullopt;
    return "a user finds nobody who serves";
  }
  if (!hosts_.well(*place)) {
    return "a user is sent to " + plan_.places[static_cast<size_t>(*place)] + ", which is not up";
  }
  Millis& busy = hosts_.at(*place).busy_until;
  busy = std::max(busy, now + request());
  return std::nullopt;
}

std::optional<int> Users::server_for(int balancer, const Batch& instances, Pool pool) {
  auto next = instances.begin() + random_.between(0, static_cast<int>(instances.size()) - 1);
  for (size_t i = 0; i < instances.size(); ++i) {
    const int place = plan_.place(*next, pool);
    if (balancers_.admitted(balancer, place) && !hosts_.known_down(place)) return place;
    if (++next == instances.end()) next = instances.begin();
  }
  return std::nullopt;
}

// Replaced where they stand, the part of the floor that falls on this backend may be none.
bool Users::may_find_nobody(const Batch& instances) const {
  return !plan_.by_share && plan_.floor_of(instances.size()) == 0;
}

// Where the new revision has all users of a backend for good, nobody is left to whom they could go when it stops being
// ready.
bool Users::some_is_unready(const Batch& instances, Pool pool) const {
  return std::any_of(instances.begin(), instances.end(),
                     [&](int index) { return hosts_.known_down(plan_.place(index, pool)); });
}

Millis Users::request() {
  if (faults_.active(FaultKind::never_drains) && random_.chance(50)) return kHour;
  if (faults_.active(FaultKind::drain_slow) && random_.chance(50)) {
    return Millis{random_.between(1000, static_cast<int>(drain_limit_.count()) - 1000)};
  }
  return Millis{random_.between(1, 800)};
}

Millis Users::quiet_at(int place, Millis now) const {
  const PlaceTruth& truth = hosts_.at(place);
  return std::clamp(truth.busy_until + kPoll, now, std::max(now, truth.closed_at + drain_limit_));
}

bool Users::cut_rest(int place, Millis now) {
  PlaceTruth& truth = hosts_.at(place);
  if (truth.busy_until <= now) return true;
  truth.busy_until = now;
  ++cut_;
  return now >= truth.closed_at + drain_limit_;
}

}  // namespace trunkline::deployer
