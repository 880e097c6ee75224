#include "tests/deployer/watch/scripted.h"

#include <cmath>

#include "deployer/plan/presets.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

const ledger::Revision kOld{"1.8.1", "a1", "sha256:aa", ""};
const ledger::Revision kNew{"1.8.2", "b2", "sha256:bb", ""};

Metric metric(const std::string& name, const std::string& success) {
  Metric made;
  made.name = name;
  made.query = ScrapeQuery{};
  made.success = *parse_condition(success);
  made.interval = 2s;
  return made;
}

Rollout shop(StrategyType type) {
  Rollout made;
  made.service = "shop";
  made.strategy.type = type;
  for (int i = 1; i <= 2; ++i) {
    const std::string id = "web" + std::to_string(i);
    made.instances.push_back({id, "10.0.0." + std::to_string(i), 9001, id, {}});
  }
  return made;
}

// A small wave that is the same on every machine.
double wave(base::Millis now, double middle, double swing) {
  const auto step = static_cast<double>(now.count() / 2000 % 7);
  return middle + swing * (step - 3) / 3;
}

}  // namespace

Script canary_script() {
  Rollout rollout = shop(StrategyType::canary);
  rollout.traffic = Traffic{};
  rollout.traffic->service = rollout.traffic->key = "shop";
  rollout.traffic->twin = "shop-twin";
  rollout.traffic->map = "/etc/haproxy/trunkline.map";
  for (const Instance& instance : rollout.instances) {
    rollout.twins.push_back({instance.id + "-twin", instance.host, 9101, instance.server, {}});
  }
  rollout.strategy.ramp = canary_ramp(1000, 2min);
  Metric errors = metric("error-ratio", "result < 0.01"), slow = metric("p99-seconds", "result < 0.25"),
         memory = metric("memory-bytes", "result < 2000000000");
  errors.query = HaproxyQuery{};
  slow.failure_limit = 2;
  memory.dry_run = true;
  rollout.analysis.metrics = {errors, slow, memory};
  rollout.analysis.background = {0, 1, 2};
  return {rollout,
          [](int index, base::Millis now) {
            if (index == 0) return Measurement::of(wave(now, 0.004, 0.003), now.count() / 50);
            if (index == 1) return Measurement::of(now == 60s ? 0.31 : wave(now, 0.14, 0.05));
            return Measurement::of(wave(now, 1.2e9, 5e7));
          },
          85s, false};
}

Script rolling_script() {
  Rollout rollout = shop(StrategyType::rolling);
  rollout.strategy.bake = 30s;
  rollout.analysis.metrics = {metric("error-ratio", "result < 0.01")};
  rollout.analysis.background = {0};
  return {rollout, [](int, base::Millis now) { return Measurement::of(wave(now, 0.004, 0.003)); }, 45s, false};
}

Scripted::Scripted(Script script) : script_(std::move(script)) {
  const Before before{kOld, Pool::home};
  const Plan plan = *compile(script_.rollout, "r1", before, kNew);
  ScriptedWorld world(plan);
  world.measure = script_.measure;
  world.run();
  const Header header{
      "r1", "shop", "shop.yaml", "", "", before, kNew, *base::parse_iso8601("2026-11-22T10:00:00Z"), "dev@host"};
  story_ = std::make_unique<Story>(
      Begun{{header, {}, 0}, script_.rollout, plan, initial_state(plan)},
      Telling{false, false, [this](std::string_view line) { told_.emplace_back(line.substr(0, line.find('\n'))); },
              script_.measurements});
  for (const auto& [at, event] : world.events) {
    if (at <= script_.until) events_.push_back({at, header.started_at + at, event});
  }
  for (const Recorded& recorded : events_) story_->take(recorded);
  story_->end();
}

base::WallTime Scripted::now() const {
  return story_->begun().journal.header.started_at + script_.until;
}

Seen Scripted::seen() const {
  Seen seen{"dev@host is at work with `run /srv/shop.yaml`", Status{}};
  const State& state = story_->state();
  for (size_t i = 0; i < state.places.size(); ++i) {
    const Observed& place = state.places[i];
    if (!place.runs) continue;
    const Instance& instance = place_at(script_.rollout, static_cast<int>(i));
    seen.status->instances.push_back(
        {instance.id,
         instance.address(),
         {{}, {}, InstanceStatus::running, 0, "", *place.runs == Side::fresh ? kNew : kOld},
         place.serving ? "serving" : "out"});
  }
  return seen;
}

WatchView Scripted::view() const {
  return view(seen(), now());
}

WatchView Scripted::view(const Seen& seen, base::WallTime now) const {
  WatchView view = view_of(*story_, seen, now);
  view.told = told_;
  return view;
}

Begun Scripted::recorded() const {
  Begun begun = story_->begun();
  begun.journal.events = events_;
  return begun;
}

}  // namespace trunkline::deployer
