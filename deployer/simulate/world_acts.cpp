#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "deployer/simulate/world.h"

// What the world does with each act.
namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr Millis kTimeout{2000};  // of an answer of a balancer

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
  if (at_balancer(action)) watch_balancers();
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
  place.unready = false;
  return event::Done{a.ticket, a.instance, 0};
}

std::optional<Event> World::act(const action::Probe& a) {
  PlaceTruth& place = hosts_.at(a.instance);
  if (sabotage_ == Sabotage::skip_probe) return event::Done{a.ticket, a.instance, 0};
  if (!hosts_.answers(a.instance)) return event::Failed{a.ticket, a.instance, "no answer"};
  const bool fresh_fault = active(FaultKind::never_ready) || faults_.active(FaultKind::wrong_identity, a.instance);
  const bool bad = a.side == Side::fresh ? fresh_fault : active(FaultKind::old_unhealthy);
  if (bad || place.process != a.side || place.unready || (place.crashed && !a.once)) {
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
  if (plan_.from && !balancers_.all_answer()) {  // each is asked first
    return event::Failed{a.ticket, a.instance, "a load balancer does not answer"};
  }
  // One that missed a change of the share, and is back.
  if (plan_.by_share && plan_.from && balancers_.side_in_use(a.instance)) {
    return event::Failed{a.ticket, a.instance, "users are still sent there"};
  }
  if (!may_close(a.instance)) return event::Failed{a.ticket, a.instance, "would leave too few that serve"};
  if (const auto why = balancers_.close(a.instance)) return event::Failed{a.ticket, a.instance, *why};
  hosts_.at(a.instance).closed_at = now;
  return event::Done{a.ticket, a.instance, 200};
}

// Nobody is there, so a balancer that does not answer is told later.
std::optional<Event> World::shut(const action::Drain& a) {
  if (plan_.from && balancers_.side_in_use(a.instance)) {
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
  place.unready = false;
  return event::Done{a.ticket, a.instance, 0};
}

// Everyone on the new side of this dial has passed its probes, and somebody is there.
void World::check_new_side(int dial, const std::string& act) {
  bool serving = false;
  for (const int place : plan_.places_of(plan_.dials[static_cast<size_t>(dial)], plan_.new_pool())) {
    // A host that is gone passes no balancer's check, so that nobody is sent there.
    if (!balancers_.admitted_somewhere(place) || !hosts_.answers(place)) continue;
    serving = true;
    if (!hosts_.at(place).passed || hosts_.at(place).process != Side::fresh) {
      broken(3, fmt::format("{}, but {} has not passed its probes", act, name(place)));
    }
  }
  if (!serving) broken(3, act + ", but nobody is there");
}

// At some balancer that answers, or too few of those do.
bool World::too_few_for(int dial, int share) const {
  if (sabotage_ == Sabotage::ignore_floor) return false;
  if (!balancers_.quorum_answers()) return true;
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

}  // namespace trunkline::deployer
