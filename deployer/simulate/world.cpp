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
constexpr base::WallTime kBegan{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

// Faults that never end by themselves.
bool for_good(FaultKind kind) {
  return kind == FaultKind::bad_revision || kind == FaultKind::slow_leak || kind == FaultKind::never_ready ||
         kind == FaultKind::wrong_identity || kind == FaultKind::old_unhealthy || kind == FaultKind::old_files_lost;
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

World::World(const Scenario& scenario, Sabotage sabotage)
    : plan_(scenario.plan),
      rollout_(scenario.rollout),
      sabotage_(sabotage),
      hosts_(scenario.plan, faults_),
      balancers_(scenario, faults_, hosts_, now),
      users_(scenario, faults_, balancers_, hosts_) {}

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
    default:
      break;
  }
}

Millis World::latency(const Action& action, Random& random) {
  if (std::holds_alternative<action::Start>(action)) return Millis{random.between(50, 1500)};
  if (std::holds_alternative<action::Probe>(action)) return Millis{random.between(5, 2000)};
  if (std::holds_alternative<action::Measure>(action) && active(FaultKind::metrics_slow)) return Millis{20'000};
  if (std::holds_alternative<action::Hook>(action) && active(FaultKind::hook_hangs)) return rollout_.hooks.timeout;
  const bool hangs = active(FaultKind::balancer_hangs) || active(FaultKind::one_balancer_gone);
  if (at_balancer(action) && hangs) return kTimeout;
  return Millis{random.between(1, 60)};
}

bool World::hangs(const Action& action) {
  if (hangs_left_ == 0 || !std::holds_alternative<action::Start>(action)) return false;
  --hangs_left_;
  return true;
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

std::optional<Event> World::perform(const Action& action, int actor_epoch) {
  const int ticket = ticket_of(action), target = target_of(action);
  if (changes(action) && actor_epoch != epoch) {
    if (sabotage_ != Sabotage::ignore_epoch) {
      const std::string why = "another deployer took over";
      if (const auto* renew = std::get_if<action::Renew>(&action)) return event::RenewalFailed{renew->dial, why};
      return event::Failed{ticket, target, why};
    }
    broken(4, fmt::format("epoch {} acts while {} holds the lock", actor_epoch, epoch));
  }
  if (at_balancer(action)) balancers_.tell();
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
  if (active(FaultKind::hook_hangs)) return event::Failed{a.ticket, -1, "took too long"};
  return event::Done{a.ticket, -1, 0};
}

std::optional<Event> World::act(const action::Start& a) {
  if (!hosts_.answers(a.instance)) return event::Failed{a.ticket, a.instance, "the host does not answer"};
  PlaceTruth& place = hosts_.at(a.instance);
  if (place.process == a.side) return event::Done{a.ticket, a.instance, 0};
  if (place.process) return event::Failed{a.ticket, a.instance, "the other revision still runs"};
  if (a.side == Side::stable && active(FaultKind::old_files_lost)) {
    return event::Failed{a.ticket, a.instance, "its files are gone"};
  }
  if (balancers_.reached(a.instance)) broken(2, name(a.instance) + " is started while users may reach it");
  place.process = a.side;
  place.passed = false;
  place.crashed = false;
  return event::Done{a.ticket, a.instance, 0};
}

std::optional<Event> World::act(const action::Probe& a) {
  PlaceTruth& place = hosts_.at(a.instance);
  if (sabotage_ == Sabotage::skip_probe) return event::Done{a.ticket, a.instance, 0};
  if (!hosts_.answers(a.instance)) return event::Failed{a.ticket, a.instance, "no answer"};
  const bool fresh_fault = active(FaultKind::never_ready) || faults_.active(FaultKind::wrong_identity, a.instance);
  const bool bad = a.side == Side::fresh ? fresh_fault : active(FaultKind::old_unhealthy);
  if (bad || place.process != a.side || (place.crashed && !a.once)) {
    return event::Failed{a.ticket, a.instance, "answered 503"};
  }
  place.passed = true;
  return event::Done{a.ticket, a.instance, 0};
}

std::optional<Event> World::act(const action::Admit& a) {
  if (!hosts_.well(a.instance)) return event::Failed{a.ticket, a.instance, "its health check fails"};
  if (!hosts_.at(a.instance).passed) broken(3, name(a.instance) + " is admitted without having passed its probes");
  if (const auto why = balancers_.open(a.instance)) return event::Failed{a.ticket, a.instance, *why};
  return event::Done{a.ticket, a.instance, 100};
}

std::optional<Event> World::act(const action::Drain& a) {
  if (sabotage_ == Sabotage::skip_drain) return event::Done{a.ticket, a.instance, 0};
  const bool is_new = plan_.by_share && plan_.pool_of(a.instance) == plan_.new_pool();
  if (is_new && !hosts_.at(a.instance).process) return shut(a);
  if (!plan_.by_share && !balancers_.all_answer()) {  // the others at each are counted first
    return event::Failed{a.ticket, a.instance, "a load balancer does not answer"};
  }
  // One that missed a change of the share, and is back.
  if (plan_.by_share && plan_.from && balancers_.reached(a.instance)) {
    return event::Failed{a.ticket, a.instance, "users are still sent there"};
  }
  if (!may_close(a.instance)) return event::Failed{a.ticket, a.instance, "would leave too few that serve"};
  if (const auto why = balancers_.close(a.instance)) return event::Failed{a.ticket, a.instance, *why};
  hosts_.at(a.instance).closed_at = now;
  return event::Done{a.ticket, a.instance, 200};
}

// Nobody is there, so a balancer that does not answer is told later.
std::optional<Event> World::shut(const action::Drain& a) {
  if (balancers_.seen_to_reach(a.instance)) {
    return event::Failed{a.ticket, a.instance, "users are still sent there"};
  }
  if (const auto why = balancers_.shut(a.instance)) return event::Failed{a.ticket, a.instance, *why};
  hosts_.at(a.instance).closed_at = now;
  return event::Done{a.ticket, a.instance, 0};
}

// In place: whether enough would serve without this one.
bool World::may_close(int place) {
  if (plan_.by_share || !plan_.from || !balancers_.admitted_somewhere(place)) return true;
  const std::vector<int> before = carriers(), after = carriers(place);
  if (!falls_below_floor(before, after) && !others_are_too_few(place)) return true;
  if (sabotage_ != Sabotage::ignore_floor) return false;
  check_floor(before, after, "draining " + name(place));
  return true;
}

// At some balancer's backend.
bool World::others_are_too_few(int place) const {
  if (plan_.dials.size() < 2) return false;
  const Batch& backend = plan_.dials[static_cast<size_t>(balancers_.dial_of(place))];
  const Batch places = plan_.places_of(backend, plan_.pool_of(place));
  for (int i = 0; i < balancers_.count(); ++i) {
    const auto left = std::count_if(places.begin(), places.end(),
                                    [&](int other) { return balancers_.admitted(i, other) && hosts_.well(other); });
    if (left < plan_.floor_of(backend.size())) return true;
  }
  return false;
}

std::optional<Event> World::act(const action::Stop& a) {
  if (!hosts_.answers(a.instance)) return event::Failed{a.ticket, a.instance, "the host does not answer"};
  PlaceTruth& place = hosts_.at(a.instance);
  if (place.process && balancers_.reached(a.instance)) {
    broken(2, name(a.instance) + " is stopped while users may reach it");
  } else if (place.process && place.busy_until > now) {
    broken(8, name(a.instance) + " is stopped under a user");
  }
  place.process.reset();
  place.passed = false;
  place.crashed = false;
  return event::Done{a.ticket, a.instance, 0};
}

// Everyone on the new side of this dial has passed its probes, and somebody is there.
void World::check_new_side(int dial, const std::string& act) {
  bool serving = false;
  for (const int place : plan_.places_of(plan_.dials[static_cast<size_t>(dial)], plan_.new_pool())) {
    if (!balancers_.admitted_somewhere(place)) continue;
    serving = true;
    if (!hosts_.at(place).passed || hosts_.at(place).process != Side::fresh) {
      broken(3, fmt::format("{}, but {} has not passed its probes", act, name(place)));
    }
  }
  if (!serving) broken(3, act + ", but nobody is there");
}

// At some balancer that answers.
bool World::too_few_for(int dial, int share) const {
  if (sabotage_ == Sabotage::ignore_floor) return false;
  const Batch places = plan_.places_of(plan_.dials[static_cast<size_t>(dial)], plan_.new_pool());
  for (int i = 0; i < balancers_.count(); ++i) {
    const auto up = std::count_if(places.begin(), places.end(),
                                  [&](int place) { return balancers_.admitted(i, place) && hosts_.well(place); });
    if (balancers_.answers(i) && up < plan_.needed_for(dial, share)) return true;
  }
  return false;
}

std::optional<Event> World::act(const action::Expose& a) {
  if (a.share > 0 && too_few_for(a.dial, a.share)) return event::Failed{a.ticket, a.dial, "too few are up"};
  const std::vector<int> before = carriers();
  const auto why = balancers_.set(a.dial, {a.share, a.preview, plan_.stable_pool});
  if (why) return event::Failed{a.ticket, a.dial, *why};
  if (a.share > 0) {
    // Taking users back from a side that is bad is what it is for, as long as the stable side is there.
    check_new_side(a.dial, fmt::format("a share of {}", a.share));
    check_floor(before, carriers(), fmt::format("a share of {}", a.share));
  }
  return event::Done{a.ticket, a.dial, 0};
}

std::optional<Event> World::act(const action::Promote& a) {
  if (too_few_for(a.dial, kAllUsers)) return event::Failed{a.ticket, a.dial, "too few are up"};
  const std::vector<int> before = carriers();
  const auto why = balancers_.set(a.dial, {0, false, plan_.new_pool()});
  if (why) return event::Failed{a.ticket, a.dial, *why};
  check_new_side(a.dial, "promoted");
  check_floor(before, carriers(), "promoting");
  return event::Done{a.ticket, a.dial, 0};
}

std::optional<Event> World::act(const action::Renew& a) {
  const auto why = balancers_.set(a.dial, {a.share, a.preview, plan_.stable_pool});
  if (why) return event::RenewalFailed{a.dial, *why};
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
