#include "deployer/simulate/world.h"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr Millis kForGood{std::chrono::hours{24 * 365}};
constexpr Millis kHour{std::chrono::hours{1}};
constexpr base::WallTime kBegan{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

// Faults that never end by themselves.
bool for_good(FaultKind kind) {
  return kind == FaultKind::bad_revision || kind == FaultKind::slow_leak || kind == FaultKind::never_ready ||
         kind == FaultKind::wrong_identity || kind == FaultKind::old_unhealthy || kind == FaultKind::old_files_lost;
}

}  // namespace

World::World(const Scenario& scenario, Sabotage sabotage)
    : plan_(scenario.plan),
      rollout_(scenario.rollout),
      sabotage_(sabotage),
      hosts_(scenario.plan, faults_),
      balancers_(scenario, faults_, hosts_, now),
      users_(scenario, faults_, balancers_, hosts_, sabotage != Sabotage::no_fallback) {}

base::WallTime World::wall() const {
  return kBegan + now + clock_ahead_;
}

void World::begin(const Fault& fault) {
  faults_.begin(fault, for_good(fault.kind) ? kForGood : now + fault.length);
  const Millis jump = fault.record % 2 == 0 ? kHour : -kHour;
  const int balancer = fault.place % balancers_.count();
  switch (fault.kind) {
    case FaultKind::deployer_clock:
      clock_ahead_ += jump;
      break;
    case FaultKind::balancer_clock:
      balancers_.shift_clock(balancer, jump);
      break;
    case FaultKind::share_changed:
      balancers_.set_by_hand(balancer);
      break;
    case FaultKind::start_hangs:
      ++hangs_left_;
      break;
    case FaultKind::machine_reboots:
      hosts_.end_all();
      break;
    case FaultKind::crashes_after_ready: {
      PlaceTruth& place = hosts_.at(fault.place);
      if (place.process == Side::fresh && place.passed) place.crashed = true;
      break;
    }
    case FaultKind::unready_after_ready: {
      PlaceTruth& place = hosts_.at(fault.place);
      if (place.process == Side::fresh && place.passed) place.unready = true;
      break;
    }
    default:
      break;
  }
}

// Faults that take an instance from under its users, who then have nobody to thank but them.
bool World::users_may_suffer() const {
  return faults_.ever(FaultKind::machine_reboots) || faults_.ever(FaultKind::host_gone) ||
         faults_.ever(FaultKind::host_gone_on_way_back) || faults_.ever(FaultKind::crashes_after_ready);
}

// A first release has no users before it is done.
void World::users_come() {
  if (!plan_.from) return;
  const auto lost = users_.come(now);
  if (lost && !users_may_suffer()) broken(8, *lost);
}

Millis World::quiet_at(int place) const {
  return sabotage_ == Sabotage::hurry_drain ? now : users_.quiet_at(place, now);
}

void World::end_drain(int place) {
  if (sabotage_ == Sabotage::hurry_drain || sabotage_ == Sabotage::skip_drain) return;
  if (!users_.cut_rest(place, now)) broken(8, "connections to " + name(place) + " are cut before their limit");
}

void World::taken_up(const State& state) {
  balancers_.taken_up(state);
  for (size_t i = 0; i < state.places.size(); ++i) {
    const int place = static_cast<int>(i);
    const auto& wanted = state.places[i].runs;
    const bool can = hosts_.answers(place) && !(wanted == Side::stable && active(FaultKind::old_files_lost));
    if (wanted && can && !hosts_.at(place).process) hosts_.at(place).process = wanted;
  }
}

std::vector<int> World::carriers(int without) const {
  std::vector<int> counts(static_cast<size_t>(balancers_.count()), 0);
  for (int place = 0; place < static_cast<int>(plan_.places.size()); ++place) {
    if (place == without || !hosts_.well(place)) continue;
    const int dial = balancers_.dial_of(place);
    for (int i = 0; i < balancers_.count(); ++i) {
      if (!balancers_.admitted(i, place)) continue;
      // A share in between is carried by both sides; what counts is the one that would have to carry all.
      const bool all = dial >= 0 && balancers_.share(i, dial) == kAllUsers;
      const bool is_stable = dial < 0 || plan_.pool_of(place) == balancers_.stable(i, dial);
      if (all != is_stable) ++counts[static_cast<size_t>(i)];
    }
  }
  return counts;
}

bool World::falls_below_floor(const std::vector<int>& before, const std::vector<int>& after) const {
  if (!plan_.from) return false;
  for (size_t i = 0; i < after.size(); ++i) {
    if (after[i] < floor() && after[i] < before[i]) return true;
  }
  return false;
}

void World::broken(int promise, std::string what) {
  violations.push_back({promise, std::move(what)});
}

void World::check_floor(const std::vector<int>& before, const std::vector<int>& after, const std::string& act) {
  if (!falls_below_floor(before, after)) return;
  broken(1, fmt::format("{} leaves {} healthy instances that serve, the floor is {}", act, fmt::join(after, " and "),
                        floor()));
}

Pool World::adopted_pool() const {
  return plan_.dials.empty() ? plan_.stable_pool : balancers_.stable(0, 0);
}

std::optional<std::string> World::adopt() {
  const Pool pool = adopted_pool();
  if (!balancers_.all_answer()) return "a load balancer does not answer";
  bool runs = false;
  for (int i = 0; i < plan_.fleet; ++i) runs = runs || hosts_.well(plan_.place(i, pool));
  if (!runs) return "it runs nowhere that users are sent to";
  balancers_.forget_drift();
  ++epoch;
  for (int i = 0; i < plan_.fleet; ++i) {
    if (hosts_.well(plan_.place(i, pool))) balancers_.open(plan_.place(i, pool));
  }
  for (size_t dial = 0; dial < plan_.dials.size(); ++dial) {
    balancers_.set(static_cast<int>(dial), {0, false, pool});
  }
  for (int place = 0; place < static_cast<int>(plan_.places.size()); ++place) {
    if (plan_.pool_of(place) == pool || !hosts_.at(place).process) continue;
    if (!hosts_.answers(place)) return "a host does not answer";
    act(action::Drain{0, place});
    now = quiet_at(place);
    end_drain(place);
    act(action::Stop{0, place});
  }
  return std::nullopt;
}

void World::check_lease_ended() {
  for (int i = 0; i < balancers_.count(); ++i) {
    for (size_t dial = 0; dial < plan_.dials.size(); ++dial) {
      const int share = balancers_.leased_share(i, static_cast<int>(dial));
      if (share == 0) continue;
      broken(6,
             fmt::format("nobody was there for longer than a lease, but {} of 10000 users meet the new side", share));
    }
  }
}

// Whether every place can be as the outcome says: no host is gone, and what a reboot ended could be started again.
bool World::is_whole() const {
  if (active(FaultKind::host_gone) || active(FaultKind::host_gone_on_way_back)) return false;
  const bool could_not = faults_.ever(FaultKind::old_files_lost) || faults_.ever(FaultKind::host_gone) ||
                         faults_.ever(FaultKind::host_gone_on_way_back);
  return !(faults_.ever(FaultKind::machine_reboots) && could_not);
}

void World::check_end(Outcome outcome) {
  const Side wanted = outcome == Outcome::completed ? Side::fresh : Side::stable;
  for (int place = 0; place < static_cast<int>(plan_.places.size()); ++place) {
    const auto& process = hosts_.at(place).process;
    if (!process || process == wanted || !balancers_.reached(place)) continue;
    broken(6,
           fmt::format("it ended {}, but users still reach the other revision on {}", to_string(outcome), name(place)));
  }
  if (!is_whole() || (outcome == Outcome::failed && !plan_.from)) return;
  const Pool pool = outcome == Outcome::completed ? plan_.new_pool() : plan_.stable_pool;
  for (int i = 0; i < plan_.fleet; ++i) {
    const int place = plan_.place(i, pool);
    if (hosts_.at(place).process && balancers_.admitted_somewhere(place)) continue;
    broken(6, fmt::format("it ended {}, but {} serves nobody", to_string(outcome), name(place)));
  }
}

void World::check_adopted() {
  for (int place = 0; place < static_cast<int>(plan_.places.size()); ++place) {
    if (plan_.pool_of(place) == adopted_pool()) continue;
    if (hosts_.at(place).process) broken(6, "it was adopted, but " + name(place) + " still runs");
    if (balancers_.reached(place)) broken(6, "it was adopted, but users still reach " + name(place));
  }
}

}  // namespace trunkline::deployer
