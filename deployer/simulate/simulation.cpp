#include "deployer/simulate/simulation.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/core/overloaded.h"
#include "deployer/engine/event_json.h"
#include "deployer/journal/journal.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr int kMostTurns = 20'000;                    // of one rollout; more is a loop
constexpr Millis kBound{std::chrono::hours{24 * 7}};  // of simulated time
constexpr Millis kWatch{100};                         // how soon an instance that ended is seen
constexpr int kResumes = 3, kAborts = 3;              // what a person tries before leaving it held
constexpr Millis kPersonLooks{60'000};

// A deployer process at work.
struct Actor {
  bool alive = false;
  int life = 0;   // answers to an earlier one are lost
  int epoch = 1;  // with which it took the lock
  State state;
  Millis started{0};  // simulated time, and the rollout's own time then
  Millis already{0};
  Millis frozen_until{0};
  int tick = 0;           // of its last alarm
  bool watching = false;  // for instances that end
};

struct Item {
  enum class What { answer, alarm, word, start, crash_seen, thaw, lease_check };
  Millis at{0};
  What what = What::alarm;
  int life = 0;
  int tick = 0;
  int epoch = 0;
  std::optional<Action> action = std::nullopt;
  std::optional<Event> event = std::nullopt;
};

class Run {
 public:
  Run(const Scenario& scenario, Sabotage sabotage, bool tell)
      : scenario_(scenario),
        plan_(scenario.plan),
        sabotage_(sabotage),
        tell_(tell),
        random_(scenario.seed ^ 0x5eed),
        world_(scenario, sabotage) {
    result_.begun.assign(scenario.faults.size(), false);
  }

  Simulated run() {
    start(event::Began{});
    for (turns_ = 0; turns_ < kMostTurns && !queue_.empty() && world_.violations.empty(); ++turns_) {
      Item item = std::move(queue_.extract(queue_.begin()).mapped());
      if (item.at > kBound) break;
      world_.now = std::max(world_.now, item.at);
      take(std::move(item));
    }
    finish();
    result_.violations = world_.violations;
    result_.records = journal_.size();
    return std::move(result_);
  }

 private:
  void tell(std::string line) {
    if (tell_)
      result_.story.push_back(fmt::format("{:>9.3f}s  {}", static_cast<double>(world_.now.count()) / 1000, line));
  }

  void put(Item item) { queue_.emplace(item.at, std::move(item)); }
  void put(Millis in, Item::What what, std::optional<Event> event = std::nullopt) {
    put({world_.now + in, what, actor_.life, 0, 0, std::nullopt, std::move(event)});
  }

  Millis rollout_time() const { return actor_.already + (world_.now - actor_.started); }

  // ---- the deployer process

  void start(const Event& first) {
    const Millis already = journal_.empty() ? Millis{0} : journal_.back().at;
    const int life = actor_.life + 1;
    actor_ = Actor{true, life, ++world_.epoch, replayed(), world_.now, already, Millis{0}, 0, false};
    world_.forget_drift();
    tell(fmt::format("a deployer starts (epoch {})", actor_.epoch));
    deliver(first);
  }

  State replayed() {
    // Through the text of the journal and back, each record once.
    for (size_t i = read_again_.size(); i < journal_.size(); ++i) {
      auto parsed = parse_record(record_text(journal_[i]));
      if (!parsed) {
        world_.violations.push_back({5, "a record cannot be read again"});
        break;
      }
      read_again_.push_back(*std::move(parsed));
    }
    return replay(plan_, read_again_);
  }

  void die(const std::string& how) {
    tell(how);
    actor_.alive = false;
    ++actor_.life;
    actor_.watching = false;
  }

  // Acts whose answer nobody waits for any more have had their effect, or never will.
  void settle_flying() {
    std::erase_if(queue_, [this](const auto& entry) {
      const Item& item = entry.second;
      if (item.what != Item::What::answer) return false;
      if (random_.chance(50)) world_.perform(*item.action, item.epoch);
      return true;
    });
  }

  void deliver(const Event& event) {
    if (!actor_.alive) return;
    const bool late = sabotage_ == Sabotage::act_before_journal;
    journal_time_ = rollout_time();
    if (!late && !append(event)) return;
    const Phase before = actor_.state.phase;
    ++taken_;
    Advance turn = advance(plan_, std::move(actor_.state), event, engine_time());
    actor_.state = std::move(turn.state);
    if (tell_ && is_news(event)) tell(describe(event));
    const bool turned = before != Phase::rolling_back && actor_.state.phase == Phase::rolling_back;
    if (turned && sabotage_ == Sabotage::fetch_on_way_back) act(action::Fetch{actor_.state.ticket});
    for (const Action& action : turn.actions) {
      if (tell_ && is_news(action)) tell("  -> " + describe(action));
      act(action);
    }
    if (late && !append(event)) return;
    begin_faults();
    if (actor_.alive) set_alarm();
  }

  // False if it could not be recorded: then nothing is done.
  bool append(const Event& event) {
    if (world_.active(FaultKind::disk_full)) {
      die("the disk is full: it stops where it is");
      put(Millis{random_.between(1000, 20'000)}, Item::What::start, event::Resumed{});
      return false;
    }
    if (torn_) {
      torn_ = false;
      settle_flying();
      die("killed while a record was written");
      put(Millis{random_.between(1000, 20'000)}, Item::What::start, event::Resumed{});
      return false;
    }
    if (actor_.epoch != world_.epoch && sabotage_ != Sabotage::ignore_epoch) {
      die("another deployer took over: it stops");
      return false;
    }
    journal_.push_back({journal_time_, {}, event});
    return true;
  }

  Millis engine_time() {
    const bool own = sabotage_ == Sabotage::own_clock && random_.chance(10);
    return own ? journal_time_ + Millis{1} : journal_time_;
  }

  void act(const Action& action) {
    if (journal_.size() < taken_) {  // I5
      world_.violations.push_back({5, fmt::format("{} was done before its record was on the disk", describe(action))});
    }
    if (actor_.state.phase == Phase::rolling_back) check_way_back(action);
    if (std::holds_alternative<action::Cancel>(action)) {
      actor_.watching = false;
      return settle_flying();
    }
    if (std::holds_alternative<action::Hold>(action)) return hold();
    if (const auto* finish = std::get_if<action::Finish>(&action)) return end(finish->outcome);
    if (std::holds_alternative<action::Asked>(action)) {
      if (random_.chance(60))
        put(Millis{random_.between(1000, 150'000)}, Item::What::word, event::Promoted{"dev", random_.chance(20)});
      return;
    }
    if (const auto* bake = std::get_if<action::OpenBake>(&action)) {
      actor_.watching = true;
      for (const int place : bake->fresh) {
        if (world_.crashed(place)) crash_seen(place);
      }
      return;
    }
    if (world_.hangs(action)) return tell("     (it hangs)");
    put({world_.now + world_.latency(action, random_), Item::What::answer, actor_.life, 0, actor_.epoch, action,
         std::nullopt});
  }

  // I7: the way back needs neither the artifact's source nor metrics.
  void check_way_back(const Action& action) {
    const bool needs = std::holds_alternative<action::Fetch>(action) || std::holds_alternative<action::Measure>(action);
    if (needs) {
      world_.violations.push_back({7, fmt::format("the way back wants to {}", describe(action))});
    }
  }

  void crash_seen(int place) {
    put({world_.now + kWatch, Item::What::crash_seen, actor_.life, 0, 0, std::nullopt,
         event::Failed{actor_.state.ticket, place, "its process ended with exit 1"}});
  }

  void hold() {
    die("held: " + actor_.state.reason);
    if (resumes_++ < kResumes) return put(kPersonLooks, Item::What::start, event::Resumed{});
    if (aborts_++ < kAborts) return put(kPersonLooks, Item::What::start, event::AbortRequested{"dev"});
    result_.ended = "held";
  }

  void end(Outcome outcome) {
    result_.ended = to_string(outcome);
    die(fmt::format("{}: {}", to_string(outcome), actor_.state.reason));
    ended_ = outcome;
  }

  void set_alarm() {
    const auto wake = next_wake(plan_, actor_.state);
    ++actor_.tick;
    if (!wake) return;
    if (sabotage_ == Sabotage::sleep_through && random_.chance(10)) return;
    const Millis at = actor_.started + (std::max(*wake, rollout_time()) - actor_.already);
    put({at, Item::What::alarm, actor_.life, actor_.tick, 0, std::nullopt, std::nullopt});
  }

  // ---- what happens

  void take(Item item) {
    if (item.what == Item::What::start) return restart(*item.event);
    if (item.what == Item::What::lease_check) {
      // Only if nobody was there in all that time.
      if (item.life == actor_.life && !actor_.alive) world_.check_lease_ended();
      return;
    }
    if (item.what == Item::What::answer) return answer(std::move(item));
    if (item.what == Item::What::thaw) {  // it does not know yet, and tries what it was about to do
      world_.perform(action::Stop{0, 0}, item.epoch);
      return;
    }
    if (item.life != actor_.life || !actor_.alive) return;
    if (frozen(item)) return;
    switch (item.what) {
      case Item::What::alarm:
        if (item.tick == actor_.tick) deliver(event::Ticked{});
        break;
      case Item::What::crash_seen:
        if (actor_.watching) deliver(*item.event);
        break;
      case Item::What::word:
        deliver(*item.event);
        // Whoever pauses it ends the pause, some time after it was heard.
        if (std::holds_alternative<event::PauseRequested>(*item.event)) {
          put(Millis{random_.between(50, 400'000)}, Item::What::word, event::PauseEnded{"dev"});
        }
        break;
      default:
        break;
    }
  }

  // A stopped process takes nothing until it goes on.
  bool frozen(Item& item) {
    if (world_.now >= actor_.frozen_until) return false;
    item.at = actor_.frozen_until;
    put(std::move(item));
    return true;
  }

  void restart(const Event& first) {
    if (actor_.alive && world_.now >= actor_.frozen_until) return;  // somebody is at work
    if (ended_ || result_.ended == "held") return;
    if (actor_.alive) {  // a stopped one is taken over from; when it goes on, it may not act
      put({actor_.frozen_until, Item::What::thaw, actor_.life, 0, actor_.epoch, std::nullopt, std::nullopt});
    }
    start(first);
  }

  void answer(Item item) {
    const bool mine = item.life == actor_.life && actor_.alive;
    if (mine && frozen(item)) return;
    const std::optional<Event> event = world_.perform(*item.action, item.epoch);
    if (mine && event) deliver(*event);
  }

  void begin_faults() {
    for (size_t i = 0; i < scenario_.faults.size(); ++i) {
      const Fault& fault = scenario_.faults[i];
      if (result_.begun[i] || static_cast<int>(journal_.size()) < fault.record || !actor_.alive) continue;
      if (fault.kind == FaultKind::host_gone_on_way_back && actor_.state.phase != Phase::rolling_back) continue;
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
        settle_flying();
        die("killed");
        return put(Millis{random_.between(500, 20'000)}, Item::What::start, event::Resumed{});
      case FaultKind::killed_for_long: {
        settle_flying();
        die("killed");
        const Millis later = plan_.lease + Millis{2000};
        put(later, Item::What::lease_check);
        return put(later + fault.length, Item::What::start, event::Resumed{});
      }
      case FaultKind::torn_record:
        torn_ = true;
        return;
      case FaultKind::stopped:
      case FaultKind::stopped_and_taken:
        actor_.frozen_until = world_.now + fault.length;
        if (fault.kind == FaultKind::stopped_and_taken) put(fault.length / 2, Item::What::start, event::Resumed{});
        return;
      case FaultKind::crashes_after_ready:
        if (actor_.watching && world_.crashed(fault.place)) crash_seen(fault.place);
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
      const bool alive = actor_.alive;
      world_.violations.push_back(
          {6, fmt::format("it does not end: {} after {} records, {}", to_string(actor_.state.phase), journal_.size(),
                          alive ? "a deployer is at work" : "nobody is")});
      return;
    }
    // I9, and the journal is the state.
    if (actor_.state != replay(plan_, journal_)) {
      world_.violations.push_back({9, "the journal's events lead to another state"});
    }
    if (!ended_) return;
    const bool whole = !world_.active(FaultKind::host_gone) && !world_.active(FaultKind::host_gone_on_way_back);
    world_.now += plan_.lease * 2;  // what a person's change or an old lease may have left is over
    world_.check_end(*ended_, whole);
  }

  // What a reader of the story wants to know; that time passes and all is well is left out.
  static bool is_news(const Event& event) {
    if (const auto* measured = std::get_if<event::Measured>(&event)) {
      return measured->measurement.kind != Measurement::Kind::value || measured->measurement.value > 1;
    }
    return !std::holds_alternative<event::Ticked>(event) && !std::holds_alternative<event::Done>(event) &&
           !std::holds_alternative<event::Renewed>(event);
  }
  static bool is_news(const Action& action) {
    return !std::holds_alternative<action::Measure>(action) && !std::holds_alternative<action::Renew>(action);
  }
  static std::string describe(const Event& event) { return base::to_text(to_json(event)); }
  std::string describe(const Action& action) const {
    const auto place = [this](int index) { return index < 0 ? "" : " " + plan_.places[static_cast<size_t>(index)]; };
    return std::visit(
        base::Overloaded{
            [](const action::Cancel&) -> std::string { return "cancel"; },
            [](const action::Fetch&) -> std::string { return "fetch"; },
            [](const action::Task& a) { return fmt::format("task {}", a.task); },
            [](const action::Hook& a) { return fmt::format("hook {}", to_string(a.point)); },
            [&](const action::Start& a) { return fmt::format("start {}{}", to_string(a.side), place(a.instance)); },
            [&](const action::Probe& a) { return (a.once ? "look at" : "probe") + place(a.instance); },
            [&](const action::Admit& a) { return "admit" + place(a.instance); },
            [&](const action::Drain& a) { return "drain" + place(a.instance); },
            [&](const action::Stop& a) { return "stop" + place(a.instance); },
            [](const action::Expose& a) {
              return fmt::format("expose {} at dial {}{}", share_text(a.share), a.dial, a.preview ? " (preview)" : "");
            },
            [](const action::Renew& a) { return fmt::format("renew dial {}", a.dial); },
            [](const action::Promote& a) { return fmt::format("promote at dial {}", a.dial); },
            [](const action::OpenBake& a) {
              return fmt::format("bake with {} new and {} stable", a.fresh.size(), a.stable.size());
            },
            [](const action::Measure& a) { return fmt::format("measure {}", a.metric); },
            [](const action::Asked&) -> std::string { return "ask a person"; },
            [](const action::Hold& a) { return "hold: " + a.reason; },
            [](const action::Finish& a) { return fmt::format("finish: {}", to_string(a.outcome)); },
        },
        action);
  }

  const Scenario& scenario_;
  const Plan& plan_;
  const Sabotage sabotage_;
  const bool tell_;
  Random random_;
  World world_;
  Actor actor_;
  std::vector<Recorded> journal_, read_again_;
  size_t taken_ = 0;  // events that the engine was told
  Millis journal_time_{0};
  std::multimap<Millis, Item> queue_;  // by when; those of the same time in the order in which they came
  int turns_ = 0;
  int resumes_ = 0;
  int aborts_ = 0;
  bool torn_ = false;
  std::optional<Outcome> ended_;
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
