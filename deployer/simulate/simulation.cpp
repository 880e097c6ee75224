#include "deployer/simulate/simulation.h"

#include <fmt/format.h>

#include "deployer/simulate/actor.h"
#include "deployer/simulate/agenda.h"
#include "deployer/simulate/story.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr int kMostTurns = 20'000;                        // of one rollout; more is a loop
constexpr Millis kBound{std::chrono::hours{24 * 7}};      // of simulated time
constexpr Millis kReadinessWatch{3000};                   // how soon one that stopped being ready is seen
constexpr Millis kWatch{100};                             // how soon an instance that ended is seen
constexpr int kResumes = 3, kAborts = 3, kAdoptions = 6;  // what a person tries before leaving it held
constexpr Millis kPersonLooks{60'000};

class Run {
 public:
  Run(const Scenario& scenario, Sabotage sabotage, bool tell)
      : scenario_(scenario),
        plan_(scenario.plan),
        sabotage_(sabotage),
        story_(scenario.plan, tell),
        random_(scenario.seed ^ 0x5eed),
        world_(scenario, sabotage),
        records_(scenario.plan),
        actor_(scenario.plan, sabotage, records_, world_, random_) {
    result_.begun.assign(scenario.faults.size(), false);
  }

  Simulated run() {
    start(event::Began{});
    for (int turns = 0; turns < kMostTurns && !agenda_.empty() && world_.violations.empty(); ++turns) {
      Item item = agenda_.take();
      if (item.at > kBound) break;
      world_.now = std::max(world_.now, item.at);
      world_.users_come();
      take(std::move(item));
    }
    finish();
    result_.violations = world_.violations;
    result_.records = records_.ever();
    result_.story = story_.take();
    return std::move(result_);
  }

 private:
  void tell(const std::string& line) { story_.tell(world_.now, line); }

  void put(Millis in, Item::What what, std::optional<Event> event = std::nullopt) {
    agenda_.put({world_.now + in, what, actor_.life(), 0, 0, std::nullopt, std::move(event)});
  }

  // ---- the deployer process

  void start(const Event& first) {
    actor_.start();
    tell(fmt::format("a deployer starts (epoch {})", actor_.epoch()));
    deliver(first);
  }

  void die(const std::string& how) {
    tell(how);
    actor_.die();
  }

  void die_for(Millis length, const std::string& how) {
    settle_flying();
    die(how);
    put(length, lost_ ? Item::What::adopt : Item::What::start, event::Resumed{});
  }

  // Acts whose answer nobody waits for any more have had their effect, or never will.
  void settle_flying() {
    agenda_.drop_answers([this](const Item& item) {
      if (random_.chance(50)) world_.perform(*item.action, item.epoch);
    });
  }

  void deliver(const Event& event) {
    if (!actor_.alive()) return;
    const bool late = sabotage_ == Sabotage::act_before_journal;
    if (!late && !record(event)) return;
    const std::vector<Action> actions = actor_.decide(event);
    story_.tell(world_.now, event);
    for (const Action& action : actions) {
      story_.tell(world_.now, action);
      act(action);
    }
    if (late && !record(event)) return;
    begin_faults();
    if (actor_.alive()) set_alarm();
  }

  // False if it could not be recorded: then nothing is done.
  bool record(const Event& event) {
    const auto why = actor_.record(event);
    if (!why) return true;
    if (actor_.epoch() != world_.epoch) {
      die(*why);
    } else {
      die_for(Millis{random_.between(1000, 20'000)}, *why);
    }
    return false;
  }

  void act(const Action& action) {
    if (!actor_.has_recorded_all()) {  // I5
      world_.violations.push_back(
          {5, fmt::format("{} was done before its record was on the disk", story_.describe(action))});
    }
    if (actor_.state().phase == Phase::rolling_back) check_way_back(action);
    if (std::holds_alternative<action::Cancel>(action)) {
      actor_.watching = false;
      return settle_flying();
    }
    if (std::holds_alternative<action::Hold>(action)) return hold();
    if (const auto* finish = std::get_if<action::Finish>(&action)) return end(finish->outcome);
    if (std::holds_alternative<action::Asked>(action)) return ask();
    if (const auto* bake = std::get_if<action::OpenBake>(&action)) return watch(*bake);
    if (world_.hangs(action)) return tell("     (it hangs)");
    Millis at = world_.now + world_.latency(action, random_);
    // Changes of dials are made in the order in which they were asked for.
    if (is_on_dial(action)) at = dial_turn_ = std::max(at, dial_turn_);
    agenda_.put({at, Item::What::answer, actor_.life(), 0, actor_.epoch(), action, std::nullopt});
  }

  static bool is_on_dial(const Action& action) {
    return std::holds_alternative<action::Expose>(action) || std::holds_alternative<action::Promote>(action) ||
           std::holds_alternative<action::Renew>(action);
  }

  // I7: the way back needs neither the artifact's source nor metrics.
  void check_way_back(const Action& action) {
    const bool needs = std::holds_alternative<action::Fetch>(action) || std::holds_alternative<action::Measure>(action);
    if (needs) world_.violations.push_back({7, fmt::format("the way back wants to {}", story_.describe(action))});
  }

  void ask() {
    if (!random_.chance(60)) return;
    put(Millis{random_.between(1000, 150'000)}, Item::What::word, event::PromoteRequested{"dev", random_.chance(20)});
  }

  void watch(const action::OpenBake& bake) {
    actor_.watching = true;
    for (const int place : bake.fresh) {
      if (world_.crashed(place)) crash_seen(place);
      if (world_.unready(place)) unready_seen(place);
    }
  }

  void crash_seen(int place) {
    put(kWatch, Item::What::fault_seen, event::Failed{actor_.state().ticket, place, "its process ended with exit 1"});
  }

  void unready_seen(int place) {
    put(kReadinessWatch, Item::What::fault_seen,
        event::Failed{actor_.state().ticket, place, "readiness probe /readyz: answered 503"});
  }

  void hold() {
    die("held: " + actor_.state().reason);
    if (resumes_++ < kResumes) return put(kPersonLooks, Item::What::start, event::Resumed{});
    if (aborts_++ < kAborts) return put(kPersonLooks, Item::What::start, event::AbortRequested{"dev"});
    result_.ended = "held";
  }

  void end(Outcome outcome) {
    result_.ended = to_string(outcome);
    die(fmt::format("{}: {}", to_string(outcome), actor_.state().reason));
    outcome_ = outcome;
  }

  void set_alarm() {
    const auto wake = next_wake(plan_, actor_.state());
    ++actor_.tick;
    if (!wake) return;
    if (sabotage_ == Sabotage::sleep_through && random_.chance(10)) return;
    agenda_.put({actor_.when(*wake), Item::What::alarm, actor_.life(), actor_.tick, 0, std::nullopt, std::nullopt});
  }

  // ---- what happens

  void take(Item item) {
    if (item.what == Item::What::start) return restart(*item.event);
    if (item.what == Item::What::take_over) return take_over(*item.event);
    if (item.what == Item::What::adopt) return adopt();
    if (item.what == Item::What::lease_check) {
      // Only if nobody was there in all that time.
      if (item.life == actor_.life() && !actor_.alive()) world_.check_lease_ended();
      return;
    }
    if (item.what == Item::What::answer) return answer(std::move(item));
    if (item.what == Item::What::thaw) {  // it does not know yet, and tries what it was about to do
      world_.perform(action::Stop{0, 0}, item.epoch);
      return;
    }
    if (item.life != actor_.life() || !actor_.alive() || frozen(item)) return;
    switch (item.what) {
      case Item::What::drained:
        world_.end_drain(std::get<action::Drain>(*item.action).instance);
        deliver(*item.event);
        break;
      case Item::What::alarm:
        if (item.tick == actor_.tick) deliver(event::Ticked{});
        break;
      case Item::What::fault_seen:
        if (actor_.watching) deliver(*item.event);
        break;
      case Item::What::word:
        deliver(*item.event);
        // Whoever pauses it ends the pause, some time after it was heard.
        if (std::holds_alternative<event::PauseRequested>(*item.event)) {
          put(Millis{random_.between(50, 400'000)}, Item::What::word, event::ResumeRequested{"dev"});
        }
        break;
      default:
        break;
    }
  }

  // A stopped process takes nothing until it goes on.
  bool frozen(Item& item) {
    if (!actor_.frozen()) return false;
    item.at = actor_.frozen_until();
    agenda_.put(std::move(item));
    return true;
  }

  bool ended() const { return !result_.ended.empty(); }

  // Somebody starts a deployer. Who is at work keeps it out, also one that is stopped; and without its journal there is
  // nothing to go on with.
  void restart(const Event& first) {
    if (actor_.alive()) return tell("another deployer: refused, exit 75");
    if (!ended() && !lost_) start(first);
  }

  // The lock is taken from one that hangs; when that goes on, it may not act.
  void take_over(const Event& first) {
    if (!actor_.alive() || !actor_.frozen()) return restart(first);
    agenda_.put(
        {actor_.frozen_until(), Item::What::thaw, actor_.life(), 0, actor_.epoch(), std::nullopt, std::nullopt});
    start(first);
  }

  // Somebody whose journal is lost.
  void adopt() {
    if (actor_.alive() || ended()) return;
    if (const auto why = world_.adopt()) {
      tell("not adopted: " + *why);
      if (++adoptions_ < kAdoptions) return put(kPersonLooks, Item::What::adopt);
      result_.ended = "held";
      return;
    }
    adopted_ = true;
    start(event::Adopted{"dev"});
  }

  void answer(Item item) {
    const bool mine = item.life == actor_.life() && actor_.alive();
    if (mine && frozen(item)) return;
    std::optional<Event> event = world_.perform(*item.action, item.epoch);
    if (!mine || !event) return;
    const auto* drain = std::get_if<action::Drain>(&*item.action);
    if (drain == nullptr || !std::holds_alternative<event::Done>(*event)) return deliver(*event);
    item.what = Item::What::drained;
    item.at = world_.quiet_at(drain->instance);
    item.event = std::move(event);
    agenda_.put(std::move(item));
  }

  void begin_faults() {
    for (size_t i = 0; i < scenario_.faults.size(); ++i) {
      const Fault& fault = scenario_.faults[i];
      if (result_.begun[i] || static_cast<int>(records_.size()) < fault.record || !actor_.alive()) continue;
      if (fault.kind == FaultKind::host_gone_on_way_back && actor_.state().phase != Phase::rolling_back) continue;
      result_.begun[i] = true;
      tell(fmt::format("fault: {} ({}, {})", to_string(fault.kind), plan_.places[static_cast<size_t>(fault.place)],
                       base::format_duration(fault.length)));
      world_.begin(fault);
      hit(fault);
    }
  }

  void hit(const Fault& fault) {
    switch (fault.kind) {
      case FaultKind::killed:
        return die_for(Millis{random_.between(500, 20'000)}, "killed");
      case FaultKind::killed_for_long: {
        const Millis later = plan_.lease + Millis{2000};
        die_for(later + fault.length, "killed");
        return put(later, Item::What::lease_check);
      }
      case FaultKind::interrupted:
        return die_for(fault.length, "interrupted");
      case FaultKind::machine_reboots:
        return die_for(Millis{random_.between(10'000, 120'000)}, "the machine reboots");
      case FaultKind::journal_lost:
        settle_flying();
        die("its machine is gone, and the journal with it");
        lost_ = true;
        records_.lose();
        return put(kPersonLooks, Item::What::adopt);
      case FaultKind::second_deployer:
        return put(Millis{1}, Item::What::start, event::Resumed{});
      case FaultKind::torn_record:
        return actor_.tear();
      case FaultKind::stopped:
      case FaultKind::stopped_and_taken:
        actor_.freeze(world_.now + fault.length);
        if (fault.kind == FaultKind::stopped_and_taken) put(fault.length / 2, Item::What::take_over, event::Resumed{});
        return;
      case FaultKind::crashes_after_ready:
        if (actor_.watching && world_.crashed(fault.place)) crash_seen(fault.place);
        return;
      case FaultKind::unready_after_ready:
        if (actor_.watching && world_.unready(fault.place)) unready_seen(fault.place);
        return;
      case FaultKind::aborted:
        return put(Millis{1}, Item::What::word, event::AbortRequested{"dev"});
      case FaultKind::paused:
        return put(Millis{1}, Item::What::word, event::PauseRequested{"dev"});
      default:
        return;
    }
  }

  // ---- the end

  void finish() {
    if (!world_.violations.empty()) return;
    if (result_.ended.empty()) {
      world_.violations.push_back(
          {6, fmt::format("it does not end: {} after {} records, {}", to_string(actor_.state().phase), records_.size(),
                          actor_.alive() ? "a deployer is at work" : "nobody is")});
      return;
    }
    if (lost_ && !adopted_) return;  // there is nothing to compare with
    // I9, and the journal is the state.
    if (actor_.state() != records_.replay()) {
      world_.violations.push_back({9, "the journal's events lead to another state"});
    }
    if (!outcome_) return;
    world_.now += plan_.lease * 2;  // what a person's change or an old lease may have left is over
    adopted_ ? world_.check_adopted() : world_.check_end(*outcome_);
  }

  const Scenario& scenario_;
  const Plan& plan_;
  const Sabotage sabotage_;
  Story story_;
  Random random_;
  World world_;
  Records records_;
  Actor actor_;
  Agenda agenda_;
  Millis dial_turn_{0};
  int resumes_ = 0;
  int aborts_ = 0;
  int adoptions_ = 0;     // that were tried
  bool lost_ = false;     // the journal
  bool adopted_ = false;  // what ran then
  std::optional<Outcome> outcome_;
  Simulated result_;
};

}  // namespace

Simulated simulate(const Scenario& scenario, Sabotage sabotage, bool tell) {
  return Run(scenario, sabotage, tell).run();
}

Scenario minimal(Scenario failing, Sabotage sabotage) {
  const auto broken = simulate(failing, sabotage).violations;
  for (size_t i = 0; i < failing.faults.size();) {
    Scenario less = failing;
    less.faults.erase(less.faults.begin() + static_cast<long>(i));
    const auto still = simulate(less, sabotage).violations;
    if (!still.empty() && still.front().promise == broken.front().promise) {
      failing = std::move(less);
    } else {
      ++i;
    }
  }
  return failing;
}

}  // namespace trunkline::deployer
