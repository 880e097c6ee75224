#include "tests/deployer/plan/rollout_files.h"

#include <regex>
#include <stdexcept>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace {

const std::string kHead = R"(apiVersion: trunkline/v1
kind: Rollout
metadata: { name: shop }
artifact: { ref: "file:dist/shop.tar.zst" }
)";
const std::string kTargets = R"(targets:
  command: [bin/shop]
  instances: [{ id: web1, address: "127.0.0.1:9001" }]
)";
const std::string kTraffic = "traffic: { driver: haproxy, endpoints: ['unix:/s'], service: shop, ";

std::string file(const std::string& path) {
  auto text = base::read_file(std::string(TRUNKLINE_SOURCE_DIR) + "/" + path);
  if (!text) throw std::runtime_error(to_string(text.error()));
  return *text;
}

// The demo's file as its script would fill it in, each place with another number.
std::string demo() {
  std::string text = file("examples/demo/rollout.yaml.in");
  static const std::regex place("@[A-Z0-9]+@");
  int number = 9001;
  for (std::smatch found; std::regex_search(text, found, place); ++number) {
    text.replace(static_cast<size_t>(found.position()), static_cast<size_t>(found.length()), std::to_string(number));
  }
  return text;
}

std::string metric(const std::string& members) {
  return kHead + kTargets + "analysis: { templates: { slo: { metrics: [{ name: m, " + members + " }] } } }\n";
}

}  // namespace

std::vector<NamedText> good_rollout_files() {
  const std::string all = kHead + kTargets;
  return {{"full.yaml", file("tests/deployer/plan/full.yaml")},
          {"shares.yaml", file("tests/deployer/plan/shares.yaml")},
          {"the demo's", demo()},
          {"the smallest", all},
          {"a number of instances",
           kHead + "targets: { command: [a], instances: 2, ports: 9000-9003, host: localhost, names: app }\n"},
          {"a preset", all + "strategy: { preset: Linear10PercentEvery1Minute }\n"},
          {"linear", all + "strategy: { type: linear, step: 10%, every: 1m }\n"},
          {"blueGreen", all + kTraffic + "twin: t, map: m }\nstrategy:\n  type: blueGreen\n" +
                            "  prePromotion: { templates: [slo], for: 1m }\n  approval: { onTimeout: promote }\n" +
                            "analysis: { templates: { slo: { metrics: [{ name: m, haproxy: connectionErrors, " +
                            "successCondition: result < 1 }] } } }\n"},
          {"judged by nothing", all + kTraffic + "drain: {} }\nanalysis: { templates: {} }\ntasks: []\n"}};
}

std::vector<BrokenText> broken_rollout_files() {
  const std::string all = kHead + kTargets;
  return {
      {all + "tarffic: {}\n", "r.yaml:8:1: unknown key \"tarffic\", did you mean \"traffic\"?"},
      {all + "strategy: { type: rolling, bakes: 1m }\n", "r.yaml:8:28: strategy: unknown key \"bakes\""},
      {kHead, "r.yaml:1:1: targets: is missing"},
      {"", "r.yaml:1:1: expected a mapping"},
      {kHead + "targets: []\n", "r.yaml:5:10: targets: expected a mapping"},
      {kHead + "targets: { command: [a], instances: [] }\n", "r.yaml:5:37: targets.instances: expected a list of"},
      {kHead + "targets: { command: [a], instances: [{ id: a }] }\n",
       "r.yaml:5:38: targets.instances[0].address: is missing"},
      {kHead + "targets: { command: [a], instances: 0, ports: 1-9 }\n", "r.yaml:5:37: targets.instances: expected"},
      {kHead + "targets: { command: [], instances: 1, ports: 1-9 }\n", "r.yaml:5:21: targets.command: expected a pro"},
      {kHead + "targets: { command: a, instances: 1, ports: 1-9 }\n", "r.yaml:5:21: targets.command: expected a list"},
      {kHead + "targets: { command: [a], instances: 1, ports: 9 }\n", "r.yaml:5:47: targets.ports: expected a range"},
      {all + "rollback: { auto: 1 }\n", "r.yaml:8:19: rollback.auto: expected true or false"},
      {all + "strategy: { type: canari }\n", "r.yaml:8:19: strategy.type: expected inPlace, rolling"},
      {all + "strategy: { bake: 1m }\n", "r.yaml:8:11: strategy: expected one of type and preset"},
      {all + "strategy: { type: rolling, preset: OneAtATime }\n", "r.yaml:8:11: strategy: expected one of type"},
      {all + "strategy: { type: oneBox, bake: soon }\n", "r.yaml:8:33: strategy.bake: expected a duration"},
      {all + "strategy: { type: oneBox, bake: 10 }\n", "r.yaml:8:33: strategy.bake: expected a duration"},
      {all + "strategy: { type: rolling, maxUnavailable: 0 }\n", "r.yaml:8:44: strategy.maxUnavailable: expected 1"},
      {all + "strategy: { type: rolling, maxUnavailable: half }\n", "r.yaml:8:44: strategy.maxUnavailable: expected a"},
      {all + "strategy: { type: canary, steps: [{ setWeight: 101 }] }\n",
       "r.yaml:8:48: strategy.steps[0].setWeight: expected a share"},
      {all + "strategy: { type: canary, steps: [{ setWeight: 10, bake: 1m }] }\n",
       "r.yaml:8:35: strategy.steps[0]: expected one of setWeight, bake"},
      {all + "strategy: { type: canary, steps: [{ pause: { onTimeout: wait } }] }\n",
       "r.yaml:8:57: strategy.steps[0].pause.onTimeout: expected hold, rollback or promote, got \"wait\""},
      {all + kTraffic + "identify: session }\n", "r.yaml:8:78: traffic.identify: expected cookie:NAME"},
      {all + "traffic: { driver: haproxy, endpoints: [/s], service: shop }\n",
       "r.yaml:8:41: traffic.endpoints: expected unix:PATH"},
      {all + "probes: { startup: { http: healthz } }\n", "r.yaml:8:28: probes.startup.http: expected a path"},
      {all + "probes: { startup: { http: /x, failureThreshold: 0 } }\n",
       "r.yaml:8:50: probes.startup.failureThreshold: expected a whole number, 1 or more"},
      {all + "hooks: { preRollout: [bin/hook] }\n", "r.yaml:8:23: hooks.preRollout: expected a program"},
      {all + "tasks: [{ name: 'a b', command: [a] }]\n", "r.yaml:8:17: tasks[0].name: expected a name"},
      {all + "analysis: {}\n", "r.yaml:8:11: analysis.templates: is missing"},
      {all + "analysis: { templates: { slo: { metrics: [] } } }\n",
       "r.yaml:8:42: analysis.templates.slo.metrics: expected a list of metrics"},
      {metric("successCondition: result < 1"),
       "r.yaml:8:43: analysis.templates.slo.metrics[0]: expected one of haproxy"},
      {metric("exec: { command: [a] }, successCondition: result =< 1"),
       "r.yaml:8:96: analysis.templates.slo.metrics[0].successCondition: expected a condition"},
      {metric("haproxy: errors, successCondition: result < 1"),
       "r.yaml:8:63: analysis.templates.slo.metrics[0].haproxy: expected errorRatio, responseTime or"},
      {metric("scrape: { quantile: { q: 1, of: x } }, successCondition: result < 1"),
       "r.yaml:8:79: analysis.templates.slo.metrics[0].scrape.quantile.q: expected a number between 0 and 1"},
      {metric("scrape: { value: x }, compare: stable, maxRatio: 0.5"),
       "r.yaml:8:103: analysis.templates.slo.metrics[0].maxRatio: expected a number of 1 or more"},
      {metric("http: { url: 'http://x/', pointer: a }, successCondition: result < 1"),
       "r.yaml:8:89: analysis.templates.slo.metrics[0].http.pointer: expected a JSON pointer"},
  };
}

}  // namespace trunkline::deployer
