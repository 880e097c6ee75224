#include "deployer/simulate/balancers.h"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::deployer {
using base::Millis;

Balancers::Balancers(const Scenario& scenario, const ActiveFaults& faults, const Hosts& hosts, const Millis& now)
    : plan_(scenario.plan), faults_(faults), hosts_(hosts), now_(now), dial_of_(plan_.places.size(), -1) {
  for (size_t dial = 0; dial < plan_.dials.size(); ++dial) {
    for (size_t place = 0; place < plan_.places.size(); ++place) {
      const int instance = static_cast<int>(place) % plan_.fleet;
      const Batch& batch = plan_.dials[dial];
      if (std::find(batch.begin(), batch.end(), instance) != batch.end()) dial_of_[place] = static_cast<int>(dial);
    }
  }
  const auto& traffic = scenario.rollout.traffic;
  balancers_.resize(traffic ? std::max<size_t>(1, traffic->endpoints.size()) : 1);
  quorum_ = traffic && traffic->quorum > 0 ? traffic->quorum : count();
  for (Balancer& balancer : balancers_) {
    balancer.entries.assign(plan_.dials.size(), {{0, false, plan_.stable_pool}, Millis{0}, false});
    balancer.admitted.assign(plan_.places.size(), false);
    balancer.missed_doors.resize(plan_.places.size());
    balancer.missed_values.resize(plan_.dials.size());
    for (int i = 0; plan_.from && i < plan_.fleet; ++i) {
      balancer.admitted[static_cast<size_t>(plan_.place(i, plan_.stable_pool))] = true;
    }
  }
}

bool Balancers::answers(int balancer) const {
  return !faults_.active(FaultKind::balancer_refuses) && !faults_.active(FaultKind::balancer_hangs) &&
         !faults_.active(FaultKind::balancer_restarts) &&
         !faults_.active_at_balancer(FaultKind::one_balancer_gone, balancer, count());
}

int Balancers::answering() const {
  int all = 0;
  for (int i = 0; i < count(); ++i) all += answers(i) ? 1 : 0;
  return all;
}

void Balancers::shift_clock(int index, Millis by) {
  Balancer& balancer = balancers_[static_cast<size_t>(index)];
  balancer.ahead += by;
  for (Entry& entry : balancer.entries) entry.clock_went_back = entry.clock_went_back || by.count() < 0;
}

void Balancers::set_by_hand(int index) {
  Balancer& balancer = balancers_[static_cast<size_t>(index)];
  for (Entry& entry : balancer.entries) entry.value.share = 0;
  balancer.drifted = true;
}

void Balancers::forget_drift() {
  for (Balancer& balancer : balancers_) balancer.drifted = false;
}

void Balancers::taken_up(const State& state) {
  forget_drift();
  const bool may_have_missed = quorum_ < count();
  for (Balancer& balancer : balancers_) {
    balancer.missed_values.assign(plan_.dials.size(), std::nullopt);
    for (size_t place = 0; place < state.places.size(); ++place) {
      const Observed& known = state.places[place];
      const bool expected = may_have_missed && known.serving && !known.unsure;
      balancer.missed_doors[place] = expected        ? std::optional(true)
                                     : known.serving ? std::nullopt
                                                     : std::optional(false);
    }
  }
}

void Balancers::tell() {
  for (int i = 0; i < count(); ++i) {
    if (!answers(i)) continue;
    Balancer& balancer = balancers_[static_cast<size_t>(i)];
    for (size_t place = 0; place < plan_.places.size(); ++place) {
      const auto door = std::exchange(balancer.missed_doors[place], std::nullopt);
      if (door) balancer.admitted[place] = *door;
    }
    for (size_t dial = 0; dial < plan_.dials.size() && !balancer.drifted; ++dial) {
      const auto value = std::exchange(balancer.missed_values[dial], std::nullopt);
      if (value) set_entry(balancer, dial, *value);
    }
  }
}

std::optional<std::string> Balancers::set_door(int place, bool open, int needed) {
  const auto index = static_cast<size_t>(place);
  for (int i = 0; i < count(); ++i) {
    if (answers(i)) balancers_[static_cast<size_t>(i)].admitted[index] = open;
  }
  if (answering() < needed) return fmt::format("{} of {} load balancers answered", answering(), count());
  for (int i = 0; i < count(); ++i) {
    auto& missed = balancers_[static_cast<size_t>(i)].missed_doors[index];
    missed = answers(i) ? std::nullopt : std::optional(open);
  }
  return std::nullopt;
}

void Balancers::set_entry(Balancer& balancer, size_t dial, const DialValue& value) const {
  balancer.entries[dial] = {value, value.ends() ? now_ + balancer.ahead + plan_.lease : Millis{0}, false};
}

std::optional<std::string> Balancers::set(int dial, const DialValue& value) {
  int took = 0;
  bool needs_quorum = value.share > 0;
  for (int i = 0; i < count(); ++i) {
    if (!answers(i)) continue;
    ++took;
    needs_quorum = needs_quorum || stable(i, dial) != value.stable;
    if (at(i).drifted && entry(i, dial).value != value) return "a person changed it";
  }
  const auto index = static_cast<size_t>(dial);
  for (int i = 0; i < count(); ++i) {
    Balancer& balancer = balancers_[static_cast<size_t>(i)];
    const bool keeps = !answers(i) && !value.ends();
    balancer.missed_values[index] = keeps ? std::optional(value) : std::nullopt;
    if (answers(i)) set_entry(balancer, index, value);
  }
  if (took >= (needs_quorum ? quorum_ : 1)) return std::nullopt;
  return fmt::format("{} of {} load balancers took it", took, count());
}

bool Balancers::admitted_somewhere(int place) const {
  return std::any_of(balancers_.begin(), balancers_.end(),
                     [&](const Balancer& balancer) { return balancer.admitted[static_cast<size_t>(place)]; });
}

bool Balancers::sends_to_side(int balancer, int place) const {
  const int dial = dial_of(place);
  if (dial < 0) return true;
  const bool is_stable = plan_.pool_of(place) == stable(balancer, dial);
  return is_stable ? share(balancer, dial) < kAllUsers : share(balancer, dial) > 0;
}

bool Balancers::reached(int place) const {
  for (int i = 0; i < count(); ++i) {
    if (admitted(i, place) && sends_to_side(i, place)) return true;
  }
  return false;
}

bool Balancers::side_in_use(int place) const {
  for (int i = 0; i < count(); ++i) {
    if (answers(i) && sends_to_side(i, place)) return true;
  }
  return false;
}

// nbsrv(STABLE) lt 1
bool Balancers::floor_lost(int balancer, int dial) const {
  const Batch places = plan_.places_of(plan_.dials[static_cast<size_t>(dial)], stable(balancer, dial));
  return std::none_of(places.begin(), places.end(),
                      [&](int place) { return admitted(balancer, place) && hosts_.well(place); });
}

// The balancer's own rule: a lease that is over counts for nothing, unless the stable side lost its floor.
int Balancers::share(int balancer, int dial) const {
  const int share = entry(balancer, dial).value.share;
  return share > 0 && (is_leased(balancer, dial) || floor_lost(balancer, dial)) ? share : 0;
}

int Balancers::leased_share(int balancer, int dial) const {
  const Entry& now = entry(balancer, dial);
  return is_leased(balancer, dial) && !now.clock_went_back ? now.value.share : 0;
}

}  // namespace trunkline::deployer
