#include "deployer/simulate/world.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr Millis kForGood{std::chrono::hours{24 * 365}};
constexpr Millis kHour{std::chrono::hours{1}};
constexpr Millis kTimeout{2000};

// Faults that never end by themselves.
bool for_good(FaultKind kind) {
  return kind == FaultKind::bad_revision || kind == FaultKind::slow_leak || kind == FaultKind::never_ready ||
         kind == FaultKind::wrong_identity || kind == FaultKind::old_unhealthy;
}

bool at_balancer(const Action& action) {
  return std::holds_alternative<action::Admit>(action) || std::holds_alternative<action::Drain>(action) ||
         std::holds_alternative<action::Expose>(action) || std::holds_alternative<action::Promote>(action) ||
         std::holds_alternative<action::Renew>(action);
}

// Acts that change something outside: only who holds the lock may do them.
bool changes(const Action& action) {
  return at_balancer(action) || std::holds_alternative<action::Start>(action) ||
         std::holds_alternative<action::Stop>(action) || std::holds_alternative<action::Task>(action);
}

int ticket_of(const Action& action) {
  return std::visit(
      [](const auto& a) {
        if constexpr (requires { a.ticket; }) return a.ticket;
        return -1;
      },
      action);
}

int target_of(const Action& action) {
  return std::visit(
      [](const auto& a) {
        if constexpr (requires { a.instance; }) return a.instance;
        if constexpr (requires { a.dial; }) return a.dial;
        return -1;
      },
      action);
}

}  // namespace

World::World(const Scenario& scenario, Sabotage sabotage) : plan_(scenario.plan), sabotage_(sabotage) {
  places_.resize(plan_.places.size());
  dials_.resize(plan_.dials.size());
  for (DialTruth& dial : dials_) dial.stable = plan_.stable_pool;
  if (!plan_.from) return;
  for (int i = 0; i < plan_.fleet; ++i) {
    at(plan_.place(i, plan_.stable_pool)) = {Side::stable, true, true, false};
  }
}

void World::begin(const Fault& fault) {
  active_.push_back({fault, for_good(fault.kind) ? kForGood : now + fault.length});
  switch (fault.kind) {
    case FaultKind::balancer_clock:
      clock_ahead_ += fault.place % 2 == 0 ? kHour : -kHour;
      for (DialTruth& dial : dials_) dial.clock_went_back = dial.clock_went_back || fault.place % 2 != 0;
      break;
    case FaultKind::share_changed:
      for (DialTruth& dial : dials_) dial.share = 0;
      drifted_ = true;
      break;
    case FaultKind::start_hangs:
      ++hangs_left_;
      break;
    case FaultKind::crashes_after_ready:
      if (at(fault.place).process == Side::fresh && at(fault.place).passed) at(fault.place).crashed = true;
      break;
    default:
      break;
  }
}

bool World::active(FaultKind kind) const {
  return std::any_of(active_.begin(), active_.end(),
                     [&](const Active& a) { return a.fault.kind == kind && now < a.until; });
}

bool World::active(FaultKind kind, int place) const {
  return std::any_of(active_.begin(), active_.end(),
                     [&](const Active& a) { return a.fault.kind == kind && a.fault.place == place && now < a.until; });
}

bool World::balancer_answers() const {
  return !active(FaultKind::balancer_refuses) && !active(FaultKind::balancer_hangs) &&
         !active(FaultKind::balancer_restarts);
}

bool World::host_answers(int place) const {
  return !active(FaultKind::host_gone, place) && !active(FaultKind::host_gone_on_way_back, place);
}

bool World::well(int place) const {
  const PlaceTruth& truth = at(place);
  return truth.process && !truth.crashed && host_answers(place);
}

Millis World::latency(const Action& action, Random& random) {
  if (std::holds_alternative<action::Start>(action)) return Millis{random.between(50, 1500)};
  if (std::holds_alternative<action::Probe>(action)) return Millis{random.between(5, 2000)};
  if (std::holds_alternative<action::Drain>(action)) {
    return active(FaultKind::drain_slow) ? Millis{30'000} : Millis{random.between(1, 800)};
  }
  if (std::holds_alternative<action::Measure>(action) && active(FaultKind::metrics_slow)) return Millis{20'000};
  if (at_balancer(action) && active(FaultKind::balancer_hangs)) return kTimeout;
  return Millis{random.between(1, 60)};
}

bool World::hangs(const Action& action) {
  if (hangs_left_ == 0 || !std::holds_alternative<action::Start>(action)) return false;
  --hangs_left_;
  return true;
}

int World::dial_of(int place) const {
  const int instance = place % plan_.fleet;
  for (size_t i = 0; i < plan_.dials.size(); ++i) {
    const Batch& batch = plan_.dials[i];
    if (std::find(batch.begin(), batch.end(), instance) != batch.end()) return static_cast<int>(i);
  }
  return -1;
}

// The balancer's own rule: a lease that is over counts for nothing, unless the stable side lost its floor.
int World::share_of(const DialTruth& dial) const {
  return balancer_clock() < dial.until ? dial.share : 0;
}

bool World::reached(int place) const {
  if (!at(place).admitted) return false;
  const int index = dial_of(place);
  if (index < 0) return true;
  const DialTruth& dial = dials_[static_cast<size_t>(index)];
  const int share = share_of(dial);
  return pool_of(place) == dial.stable ? share < kAllUsers : share > 0;
}

int World::well_and_reached() const {
  int count = 0;
  for (size_t i = 0; i < places_.size(); ++i) {
    const int place = static_cast<int>(i);
    if (!places_[i].admitted || !well(place)) continue;
    // A share in between is carried by both sides; what counts is the one that would have to carry all.
    const int index = dial_of(place);
    if (index < 0) {
      ++count;
      continue;
    }
    const DialTruth& dial = dials_[static_cast<size_t>(index)];
    const bool all = share_of(dial) == kAllUsers;
    if (all == (pool_of(place) != dial.stable)) ++count;
  }
  return count;
}

int World::share_now() const {
  int share = 0;
  for (const DialTruth& dial : dials_) share = std::max(share, dial.stable == plan_.stable_pool ? share_of(dial) : 0);
  return share;
}

void World::broken(int promise, std::string what) {
  violations.push_back({promise, std::move(what)});
}

void World::check_floor(int before, const std::string& act) {
  const int after = well_and_reached();
  if (!plan_.from || after >= floor() || after >= before) return;
  broken(1, fmt::format("{} leaves {} healthy instances that serve, the floor is {}", act, after, floor()));
}

std::optional<Event> World::perform(const Action& action, int actor_epoch) {
  const int ticket = ticket_of(action), target = target_of(action);
  const auto failed = [&](std::string why) -> Event {
    if (const auto* renew = std::get_if<action::Renew>(&action)) return event::RenewalFailed{renew->dial, why};
    return event::Failed{ticket, target, std::move(why)};
  };
  if (changes(action) && actor_epoch != epoch) {
    if (sabotage_ != Sabotage::ignore_epoch) return failed("another deployer took over");
    broken(4, fmt::format("epoch {} acts while {} holds the lock", actor_epoch, epoch));
  }
  if (at_balancer(action) && !balancer_answers()) return failed("the load balancer does not answer");
  return std::visit([this](const auto& a) { return act(a); }, action);
}

std::optional<Event> World::act(const action::Fetch& a) {
  if (active(FaultKind::artifact_gone)) return event::Failed{a.ticket, -1, "the artifact is gone"};
  return event::Done{a.ticket, -1, 0};
}

std::optional<Event> World::act(const action::Task& a) {
  return event::Done{a.ticket, -1, 0};
}

std::optional<Event> World::act(const action::Hook& a) {
  if (active(FaultKind::hook_fails)) return event::Failed{a.ticket, -1, "exit 1"};
  return event::Done{a.ticket, -1, 0};
}

std::optional<Event> World::act(const action::Start& a) {
  if (!host_answers(a.instance)) return event::Failed{a.ticket, a.instance, "the host does not answer"};
  PlaceTruth& place = at(a.instance);
  if (place.process == a.side) return event::Done{a.ticket, a.instance, 0};
  if (place.process) return event::Failed{a.ticket, a.instance, "the other revision still runs"};
  if (reached(a.instance))
    broken(2, fmt::format("{} is started while users may reach it", plan_.places[static_cast<size_t>(a.instance)]));
  place.process = a.side;
  place.passed = false;
  place.crashed = false;
  return event::Done{a.ticket, a.instance, 0};
}

std::optional<Event> World::act(const action::Probe& a) {
  PlaceTruth& place = at(a.instance);
  if (sabotage_ == Sabotage::skip_probe) return event::Done{a.ticket, a.instance, 0};
  if (!host_answers(a.instance)) return event::Failed{a.ticket, a.instance, "no answer"};
  const bool fresh_fault = active(FaultKind::never_ready) || active(FaultKind::wrong_identity, a.instance);
  const bool bad = a.side == Side::fresh ? fresh_fault : active(FaultKind::old_unhealthy);
  if (bad || place.process != a.side || (place.crashed && !a.once)) {
    return event::Failed{a.ticket, a.instance, "answered 503"};
  }
  place.passed = true;
  return event::Done{a.ticket, a.instance, 0};
}

std::optional<Event> World::act(const action::Admit& a) {
  PlaceTruth& place = at(a.instance);
  if (!well(a.instance)) return event::Failed{a.ticket, a.instance, "its health check fails"};
  if (!place.passed)
    broken(3, fmt::format("{} is admitted without having passed its probes",
                          plan_.places[static_cast<size_t>(a.instance)]));
  place.admitted = true;
  return event::Done{a.ticket, a.instance, 100};
}

std::optional<Event> World::act(const action::Drain& a) {
  if (sabotage_ == Sabotage::skip_drain) return event::Done{a.ticket, a.instance, 0};
  PlaceTruth& place = at(a.instance);
  const int before = well_and_reached();
  const bool was = std::exchange(place.admitted, false);
  const int after = well_and_reached();
  const bool too_few = plan_.from && was && after < before && after < floor();
  if (too_few && sabotage_ != Sabotage::ignore_floor) {
    place.admitted = true;
    return event::Failed{a.ticket, a.instance, "would leave too few that serve"};
  }
  check_floor(before, "draining " + plan_.places[static_cast<size_t>(a.instance)]);
  return event::Done{a.ticket, a.instance, 200};
}

std::optional<Event> World::act(const action::Stop& a) {
  if (!host_answers(a.instance)) return event::Failed{a.ticket, a.instance, "the host does not answer"};
  PlaceTruth& place = at(a.instance);
  if (place.process && reached(a.instance)) {
    broken(2, fmt::format("{} is stopped while users may reach it", plan_.places[static_cast<size_t>(a.instance)]));
  }
  place.process.reset();
  place.passed = false;
  place.crashed = false;
  return event::Done{a.ticket, a.instance, 0};
}

void World::set(DialTruth& dial, int share, bool preview, Pool stable) {
  dial.share = share;
  dial.preview = preview;
  dial.stable = stable;
  dial.until = share > 0 || preview ? balancer_clock() + plan_.lease : Millis{0};
  dial.clock_went_back = false;
}

// Everyone on the new side of this dial has passed its probes, and somebody is there.
void World::check_new_side(int dial, const std::string& act) {
  int serving = 0;
  for (const int instance : plan_.dials[static_cast<size_t>(dial)]) {
    const PlaceTruth& place = at(plan_.place(instance, plan_.new_pool()));
    if (!place.admitted) continue;
    ++serving;
    if (!place.passed || place.process != Side::fresh) {
      broken(3, fmt::format("{}, but {} has not passed its probes", act,
                            plan_.places[static_cast<size_t>(plan_.place(instance, plan_.new_pool()))]));
    }
  }
  if (serving == 0) broken(3, act + ", but nobody is there");
}

bool World::too_few_for(int dial, int share) const {
  int up = 0;
  for (const int place : plan_.places_of(plan_.dials[static_cast<size_t>(dial)], plan_.new_pool())) {
    up += at(place).admitted && well(place) ? 1 : 0;
  }
  return up < plan_.needed_for(dial, share) && sabotage_ != Sabotage::ignore_floor;
}

std::optional<Event> World::act(const action::Expose& a) {
  if (drifted_) return event::Failed{a.ticket, a.dial, "a person changed it"};
  if (a.share > 0 && too_few_for(a.dial, a.share)) return event::Failed{a.ticket, a.dial, "too few are up"};
  const int before = well_and_reached();
  DialTruth& dial = dials_[static_cast<size_t>(a.dial)];
  if (a.share > 0) check_new_side(a.dial, fmt::format("a share of {}", a.share));
  set(dial, a.share, a.preview, plan_.stable_pool);
  // Taking users back from a side that is bad is what it is for, as long as the stable side is there.
  if (a.share > 0) check_floor(before, fmt::format("a share of {}", a.share));
  return event::Done{a.ticket, a.dial, 0};
}

std::optional<Event> World::act(const action::Promote& a) {
  if (drifted_) return event::Failed{a.ticket, a.dial, "a person changed it"};
  if (too_few_for(a.dial, kAllUsers)) return event::Failed{a.ticket, a.dial, "too few are up"};
  const int before = well_and_reached();
  check_new_side(a.dial, "promoted");
  set(dials_[static_cast<size_t>(a.dial)], 0, false, plan_.new_pool());
  check_floor(before, "promoting");
  return event::Done{a.ticket, a.dial, 0};
}

std::optional<Event> World::act(const action::Renew& a) {
  if (drifted_) return event::RenewalFailed{a.dial, "a person changed it"};
  set(dials_[static_cast<size_t>(a.dial)], a.share, a.preview, plan_.stable_pool);
  return event::Renewed{a.dial};
}

std::optional<Event> World::act(const action::Measure& a) {
  const auto measured = [&](Measurement measurement) {
    return event::Measured{a.ticket, a.metric, std::move(measurement)};
  };
  if (active(FaultKind::metrics_down)) return measured(Measurement::error("refused"));
  if (active(FaultKind::no_data)) return measured(Measurement::missing("no series"));
  if (active(FaultKind::no_number)) return measured(Measurement::of(std::numeric_limits<double>::quiet_NaN()));
  const bool bad = active(FaultKind::bad_revision) || active(FaultKind::slow_leak);
  return measured(Measurement::of(bad ? 5 : 0.1, active(FaultKind::little_traffic) ? 1 : now.count() / 20));
}

void World::check_lease_ended() {
  const bool lasts = std::any_of(dials_.begin(), dials_.end(), [](const DialTruth& d) { return d.clock_went_back; });
  if (share_now() == 0 || lasts) return;
  broken(6,
         fmt::format("nobody was there for longer than a lease, but {} of 10000 users meet the new side", share_now()));
}

// `whole`: no host is gone, so that every place must be as the outcome says.
void World::check_end(Outcome outcome, bool whole) {
  for (size_t i = 0; i < places_.size(); ++i) {
    const int place = static_cast<int>(i);
    if (!reached(place)) continue;
    const Side wanted = outcome == Outcome::completed ? Side::fresh : Side::stable;
    if (places_[i].process && places_[i].process != wanted) {
      broken(6, fmt::format("it ended {}, but users still reach the other revision on {}", to_string(outcome),
                            plan_.places[i]));
    }
  }
  if (!whole || (outcome == Outcome::failed && !plan_.from)) return;
  const Pool pool = outcome == Outcome::completed ? plan_.new_pool() : plan_.stable_pool;
  for (int i = 0; i < plan_.fleet; ++i) {
    const int place = plan_.place(i, pool);
    if (at(place).process && at(place).admitted) continue;
    broken(6, fmt::format("it ended {}, but {} serves nobody", to_string(outcome),
                          plan_.places[static_cast<size_t>(place)]));
  }
}

}  // namespace trunkline::deployer
