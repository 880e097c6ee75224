#include "deployer/simulate/scenario.h"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "deployer/plan/presets.h"
#include "deployer/simulate/random.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr int kMostFaults = 6;
constexpr int kMostInstances = 40;

const ledger::Revision kOld{"1", "a", "sha256:aa", ""};
const ledger::Revision kNew{"2", "b", "sha256:bb", ""};

Millis seconds(int count) {
  return Millis{1000 * count};
}

class Drawer {
 public:
  explicit Drawer(uint64_t seed) : random_(seed) {}

  Rollout rollout() {
    Rollout drawn;
    drawn.service = "shop";
    drawn.strategy.type = static_cast<StrategyType>(random_.between(0, 6));
    const bool beside = by_share(drawn.strategy.type);
    // Small fleets are where the floors bite.
    const int count = random_.chance(70) ? random_.between(beside ? 1 : 2, 6) : random_.between(2, kMostInstances);
    for (int i = 1; i <= count; ++i) drawn.instances.push_back(place(i, ""));
    if (beside || random_.chance(30)) {
      for (int i = 1; i <= count; ++i) drawn.twins.push_back(place(i, "-twin"));
    }
    if (beside || random_.chance(70)) drawn.traffic = traffic(!drawn.twins.empty());
    drawn.min_healthy = floor(count);
    waves(drawn);
    analysis(drawn.analysis);
    strategy(drawn);
    drawn.auto_rollback = random_.chance(95);
    drawn.verify_first = random_.chance(80);
    if (random_.chance(20)) drawn.tasks.push_back({"migrate", {"x"}, random_.chance(50), seconds(60)});
    for (const HookPoint point : {HookPoint::pre_rollout, HookPoint::before_drain, HookPoint::before_traffic,
                                  HookPoint::after_traffic, HookPoint::on_rollback}) {
      if (random_.chance(15)) drawn.hooks.commands[point] = {{"x"}};
    }
    return drawn;
  }

  Before before(const Rollout& drawn) {
    if (random_.chance(6)) return {};
    const bool twin = !drawn.twins.empty() && random_.chance(40);
    return {kOld, twin ? Pool::twin : Pool::home};
  }

  std::vector<Fault> faults(int places) {
    std::vector<Fault> drawn(static_cast<size_t>(random_.chance(10) ? 0 : random_.between(1, kMostFaults)));
    for (Fault& fault : drawn) {
      fault.kind = static_cast<FaultKind>(random_.between(0, kFaultKinds - 1));
      fault.record = random_.chance(50) ? random_.between(0, 20) : random_.between(0, 120);
      fault.place = random_.between(0, places - 1);
      fault.length = random_.chance(50) ? Millis{random_.between(50, 5000)} : seconds(random_.between(5, 400));
    }
    return drawn;
  }

 private:
  static Instance place(int number, std::string_view behind) {
    std::string id = "web" + std::to_string(number);
    return {id + std::string(behind), "127.0.0.1", 9000 + number, id, {}};
  }

  Traffic traffic(bool twins) {
    Traffic drawn;
    drawn.service = "shop";
    if (twins) {
      drawn.twin = "shop-twin";
      drawn.map = "/map";
    }
    drawn.lease = seconds(random_.between(3, 30));
    drawn.drain_timeout = seconds(random_.between(5, 50));
    drawn.endpoints.assign(static_cast<size_t>(random_.chance(70) ? 1 : random_.between(2, 3)), "/admin.sock");
    if (random_.chance(50)) drawn.quorum = random_.between(1, static_cast<int>(drawn.endpoints.size()));
    return drawn;
  }

  // One that leaves somebody to work with.
  Amount floor(int count) {
    if (count == 1) return {0, false};
    const int most = (count - 1) * 100 / count;
    return {static_cast<double>(random_.between(0, most)), true};
  }

  void waves(Rollout& drawn) {
    const int count = static_cast<int>(drawn.instances.size());
    if (count < 2 || random_.chance(60)) return;
    const int waves = random_.between(1, std::min(5, count));
    const bool own = drawn.traffic && !drawn.twins.empty() && random_.chance(50);
    int next = 0;
    for (int i = 0; i < waves; ++i) {
      Wave wave;
      wave.name = "wave" + std::to_string(i + 1);
      const int last = i + 1 == waves ? count : std::max(next + 1, count * (i + 1) / waves);
      for (; next < last && next < count; ++next) wave.instances.push_back(next);
      if (wave.instances.empty()) continue;
      if (random_.chance(50)) wave.max_unavailable = Amount{static_cast<double>(random_.between(1, 3)), false};
      if (random_.chance(40)) wave.bake = seconds(random_.between(10, 40));
      if (own) {
        wave.service = "shop-" + wave.name;
        wave.twin = wave.service + "-twin";
      }
      drawn.waves.push_back(std::move(wave));
    }
  }

  void analysis(Analysis& drawn) {
    const int count = random_.between(0, 2);
    for (int i = 0; i < count; ++i) {
      Metric metric;
      metric.name = i == 0 ? "errors" : "latency";
      metric.query = ScrapeQuery{};
      metric.success = Condition{"<", 1};
      if (random_.chance(30)) metric.failure = Condition{">", 2};
      metric.interval = seconds(random_.between(2, 8));
      metric.initial_delay = seconds(random_.between(0, 2));
      metric.failure_limit = random_.chance(70) ? 0 : random_.between(1, 3);
      metric.inconclusive_limit = random_.chance(70) ? 0 : random_.between(1, 3);
      metric.count = random_.chance(80) ? 0 : random_.between(1, 3);
      drawn.metrics.push_back(std::move(metric));
      drawn.background.push_back(i);
    }
    drawn.on_missing = random_.chance(80) ? Missing::inconclusive : random_.chance(50) ? Missing::fail : Missing::pass;
  }

  void strategy(Rollout& drawn) {
    Strategy& made = drawn.strategy;
    made.max_unavailable = {static_cast<double>(random_.between(1, 4)), false};
    made.progress_deadline = seconds(random_.between(60, 600));
    if (random_.chance(50)) made.post_promotion_bake = seconds(random_.between(10, 60));
    made.keep_old = random_.chance(80);
    switch (made.type) {
      case StrategyType::in_place:
        break;
      case StrategyType::rolling:
        if (random_.chance(50)) made.bake = seconds(random_.between(10, 30));
        break;
      case StrategyType::one_box:
        made.bake = seconds(random_.between(10, 60));
        break;
      case StrategyType::canary:
        made.ramp = canary();
        break;
      case StrategyType::linear:
        made.ramp = linear_ramp(random_.between(1, 5) * 1000, seconds(random_.between(10, 30)));
        break;
      case StrategyType::blue_green:
        if (random_.chance(60)) made.ramp = {step::Expose{{}, 0, true}, bake(), ask()};
        made.ramp.emplace_back(step::Expose{{}, kAllUsers, false});
        break;
      case StrategyType::all_at_once:
        made.ramp = {step::Expose{{}, kAllUsers, false}};
        break;
    }
  }

  std::vector<Step> canary() {
    std::vector<Step> ramp;
    if (random_.chance(30)) ramp.emplace_back(step::Expose{{}, 0, true});
    for (int share = random_.between(1, 2000); share < kAllUsers; share += random_.between(1000, 5000)) {
      ramp.emplace_back(step::Expose{{}, share, false});
      ramp.emplace_back(random_.chance(15) ? Step(ask()) : Step(bake()));
    }
    ramp.emplace_back(step::Expose{{}, kAllUsers, false});
    return ramp;
  }

  step::Bake bake() {
    step::Bake made;
    made.length = seconds(random_.between(10, 40));
    made.min_samples = random_.chance(40) ? random_.between(10, 2000) : 0;
    made.on_insufficient = static_cast<OnInsufficient>(random_.between(0, 2));
    made.extend_max = seconds(random_.between(0, 60));
    return made;
  }

  step::Ask ask() { return {seconds(random_.between(20, 200)), static_cast<OnTimeout>(random_.between(0, 2))}; }

  Random random_;
};

}  // namespace

Scenario draw_scenario(uint64_t seed) {
  Drawer drawer(seed);
  Scenario scenario{seed, drawer.rollout(), {}, {}};
  const Before before = drawer.before(scenario.rollout);
  auto plan = compile(scenario.rollout, fmt::format("s{}", seed), before, kNew);
  if (!plan) throw std::logic_error("a drawn rollout does not compile: " + to_string(plan.error()));
  scenario.plan = *std::move(plan);
  scenario.faults = drawer.faults(static_cast<int>(scenario.plan.places.size()));
  // One of several is gone only where there are several.
  const bool one_gone = std::any_of(scenario.faults.begin(), scenario.faults.end(),
                                    [](const Fault& fault) { return fault.kind == FaultKind::one_balancer_gone; });
  auto& traffic = scenario.rollout.traffic;
  if (one_gone && traffic && traffic->endpoints.size() == 1) traffic->endpoints.push_back(traffic->endpoints.front());
  return scenario;
}

base::Result<Scenario> draw_scenario(uint64_t seed, const Rollout& file) {
  Drawer drawer(seed);
  Scenario scenario{seed, file, {}, {}};
  TRY_ASSIGN(scenario.plan, compile(file, fmt::format("s{}", seed), {kOld, Pool::home}, kNew));
  scenario.faults = drawer.faults(static_cast<int>(scenario.plan.places.size()));
  return scenario;
}

}  // namespace trunkline::deployer
