#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <vector>

#include "base/cli/tool.h"
#include "deployer/dial/haproxy_socket.h"
#include "deployer/journal/journal.h"
#include "deployer/simulate/report.h"
#include "tests/deployer/engine/world.h"
#include "tests/deployer/system/share_rig.h"

// How fast the deployer is, next to what it should be: prints a table in markdown. The last two rows are made with a
// real HAProxy and the real shortener.
namespace {

using namespace trunkline::deployer;
namespace base = trunkline::base;
namespace cli = trunkline::base::cli;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "deployer-bench: error: {}\n", why);
  std::exit(1);
}

void must(bool so, std::string_view what) {
  if (!so) give_up(fmt::format("{} is not so", what));
}

template <typename T>
T need(base::Result<T> result) {
  if (!result) give_up(to_string(result.error()));
  return *std::move(result);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

template <typename Once>
double median_of(int rounds, Once once) {
  std::vector<double> values;
  for (int i = 0; i < rounds; ++i) values.push_back(once());
  return median(std::move(values));
}

// A canary whose every bake is watched by a metric that is measured often: most events are measurements, as in life.
std::string canary_of(int instances, int waves) {
  std::string text = R"(apiVersion: trunkline/v1
kind: Rollout
metadata: { name: shop }
artifact: { ref: "file:shop.tar.zst" }
targets:
  command: [bin/shop]
  instances:
)";
  for (int i = 0; i < instances; ++i) {
    text += fmt::format("    - {{ id: web{0}, address: \"127.0.0.1:{1}\", twin: \"127.0.0.1:{2}\" }}\n", i, 10'000 + i,
                        20'000 + i);
  }
  if (waves > 1) text += "  waves:\n";
  for (int wave = 0; waves > 1 && wave < waves; ++wave) {
    text += fmt::format("    - {{ name: wave{}, instances: {} }}\n", wave, instances / waves);
  }
  return text +
         R"(traffic: { driver: haproxy, endpoints: ["unix:/run/haproxy.sock"], service: shop, twin: shop-twin, map: /shop.map }
strategy:
  type: canary
  steps: [{ setWeight: 1 }, { bake: 10s }, { setWeight: 10 }, { bake: 10s }, { setWeight: 50 }, { bake: 10s }]
analysis:
  background: [slo]
  templates:
    slo:
      metrics:
        - { name: errors, scrape: { value: errors }, successCondition: result < 1, interval: 100ms }
        - { name: slow, scrape: { value: slow }, successCondition: result < 1, interval: 100ms }
)";
}

Plan plan_of(const std::string& text) {
  const Rollout rollout = need(parse_rollout(text, "bench.yaml"));
  const Before before{trunkline::ledger::Revision{"1", "", "sha256:1", ""}, Pool::home};
  return need(compile(rollout, "bench", before, {"2", "", "sha256:2", ""}));
}

// Reading the file included, as `deployer plan` does.
double planning_seconds() {
  const std::string text = canary_of(1000, 20);
  return median_of(9, [&] {
    const auto start = std::chrono::steady_clock::now();
    const Plan plan = plan_of(text);
    must(plan.steps.size() > 20 * 7, "every wave has its steps");
    return seconds_since(start);
  });
}

double events_a_second(int instances) {
  const Plan plan = plan_of(canary_of(instances, 1));
  ScriptedWorld world(plan);
  world.run();
  if (world.state().outcome != Outcome::completed) give_up("the rollout did not end: " + world.state().reason);
  return median_of(9, [&] {
    int64_t events = 0;
    const auto start = std::chrono::steady_clock::now();
    while (seconds_since(start) < 0.2) {
      State state = initial_state(plan);
      for (const auto& [at, event] : world.events) state = advance(plan, std::move(state), event, at).state;
      must(state.phase == Phase::done, "the replay is complete");
      events += static_cast<int64_t>(world.events.size());
    }
    return static_cast<double>(events) / seconds_since(start);
  });
}

double rollouts_a_second() {
  uint64_t seed = 1;
  return median_of(5, [&seed] {
    constexpr uint64_t kRollouts = 5000;
    const auto start = std::chrono::steady_clock::now();
    must(!need(simulate_many(seed, kRollouts, nullptr)).broken, "every promise is kept");
    seed += kRollouts;
    return kRollouts / seconds_since(start);
  });
}

// From the measurement that breaks a limit to the share of 0, read back from HAProxy.
double back_milliseconds(const ServiceFolder& folder) {
  const JournalContent journal = need(read_journal(folder.journal()));
  const Rollout rollout = need(parse_rollout(journal.header.text, "rollout.yaml"));
  const Plan plan = need(compile(rollout, "bench", journal.header.before, journal.header.to));
  State state = initial_state(plan);
  base::Millis breached{0};
  for (const Recorded& recorded : journal.events) {
    const bool forward = state.phase == Phase::forward;
    state = advance(plan, std::move(state), recorded.event, recorded.at).state;
    if (forward && state.phase == Phase::rolling_back) breached = recorded.at;
    const auto* expose = state.step > 0 ? std::get_if<step::Expose>(&state.steps[state.step - 1]) : nullptr;
    const bool back = state.phase == Phase::rolling_back && expose != nullptr && expose->share == 0;
    if (back) return static_cast<double>((recorded.at - breached).count());
  }
  give_up("the bad release was not taken back");
}

double taken_back_milliseconds(int rounds) {
  ShareRig rig;
  rig.release_first();
  rig.pack("bad", "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=1");
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 20s }] }"});
  rig.start_load();
  return median_of(rounds, [&rig] {
    must(rig.release("bad").code == 3, "the bad release is taken back");
    return back_milliseconds(rig.service());
  });
}

// One `set map` over the same socket: what HAProxy alone takes.
double set_map_milliseconds() {
  const ShareRig rig;
  const std::string socket = rig.path("haproxy.sock"), map = rig.path("shares.map");
  need(ask_haproxy(socket, fmt::format("add map {} bench 0", map)));
  return 1000 * median_of(101, [&] {
           const auto start = std::chrono::steady_clock::now();
           need(ask_haproxy(socket, fmt::format("set map {} bench 1", map)));
           return seconds_since(start);
         });
}

double release_seconds(int rounds) {
  ShareRig rig(4);
  rig.release_first();
  rig.write({.strategy = "{ type: rolling }", .background = "[]"});
  int version = 1;
  return median_of(rounds, [&] {
    const std::string name = std::to_string(++version);
    rig.pack(name);
    const auto start = std::chrono::steady_clock::now();
    must(rig.release(name).code == 0, "the release is completed");
    return seconds_since(start);
  });
}

void row(std::string_view what, const std::string& measured, std::string_view target) {
  fmt::print("| {} | {} | {} |\n", what, measured, target);
  std::fflush(stdout);
}

int measure(int64_t rounds) {
  const int count = static_cast<int>(rounds);
  row("what", "measured", "to reach");
  row("---", "---", "---");
  row("plan of 1,000 instances in 20 waves, its file read", fmt::format("{:.1f} ms", 1000 * planning_seconds()),
      "100 ms");
  row("engine, 10 instances", fmt::format("{:.2f} M events/s", events_a_second(10) / 1e6), "1 M");
  row("engine, 1,000 instances", fmt::format("{:.2f} M events/s", events_a_second(1000) / 1e6), "0.2 M");
  row("simulated rollouts", fmt::format("{:.0f}/s", rollouts_a_second()), "5,000/s");
  row("breaching sample to a share of 0 read back", fmt::format("{:.0f} ms", taken_back_milliseconds(count)), "100 ms");
  row("of which one `set map` and its answer", fmt::format("{:.2f} ms", set_map_milliseconds()), "");
  row("release of four instances, one after the other", fmt::format("{:.1f} s", release_seconds(count)), "5 s");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Tool tool("deployer-bench", "Measures the deployer, and prints a table in markdown.");
  auto rounds = std::make_shared<int64_t>(5);
  tool.root()
      .option("--rounds", *rounds, "N", "of what is made with a real HAProxy; the median is printed")
      .action([rounds]() -> base::Result<int> { return measure(*rounds); });
  return tool.run(argc, argv);
}
