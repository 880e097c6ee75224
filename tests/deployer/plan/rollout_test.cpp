#include "deployer/plan/rollout.h"

#include <gtest/gtest.h>
#include <map>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace {

constexpr const char* kSmallest = R"(apiVersion: trunkline/v1
kind: Rollout
metadata: { name: shop }
artifact: { ref: "file:dist/shop.tar.zst" }
targets:
  command: [bin/shop, --listen, "{{instance.address}}"]
  instances:
    - { id: web1, address: "127.0.0.1:9001" }
    - { id: web2, address: "127.0.0.1:9002" }
)";

std::string refusal(const std::string& text) {
  const auto result = parse_rollout(text, "r.yaml");
  return result ? "accepted" : to_string(result.error());
}

std::string with(std::string_view more) {
  return kSmallest + std::string(more);
}

std::string replaced(std::string_view what, std::string_view by) {
  std::string text = kSmallest;
  return text.replace(text.find(what), what.size(), by);
}

TEST(RolloutFile, NeedsOnlyServiceArtifactAndTargets) {
  const auto rollout = parse_rollout(kSmallest, "r.yaml");
  ASSERT_TRUE(rollout) << to_string(rollout.error());
  EXPECT_EQ(rollout->service, "shop");
  EXPECT_EQ(rollout->environment, "production");
  EXPECT_EQ(rollout->artifact_ref, std::filesystem::absolute("dist/shop.tar.zst").string()) << "beside the file";
  EXPECT_EQ(rollout->instances[1], (Instance{"web2", "127.0.0.1", 9002, "web2", {}}));
  EXPECT_EQ(rollout->strategy.type, StrategyType::rolling);
  EXPECT_FALSE(rollout->traffic);
}

TEST(RolloutFile, ReadsEveryPart) {
  const auto text = base::read_file(std::string(TRUNKLINE_SOURCE_DIR) + "/tests/deployer/plan/full.yaml");
  ASSERT_TRUE(text);
  const auto rollout = parse_rollout(*text, "full.yaml");
  ASSERT_TRUE(rollout) << to_string(rollout.error());
  EXPECT_EQ(rollout->traffic->endpoints, std::vector<std::string>{"/run/haproxy/admin.sock"});
  EXPECT_EQ(rollout->traffic->drain_timeout, base::Millis{5000});
  EXPECT_EQ(rollout->traffic->drain_end, DrainEnd::hold);
  EXPECT_EQ(rollout->probes.readiness->success_threshold, 2);
  EXPECT_EQ(rollout->strategy.type, StrategyType::one_box);
  EXPECT_EQ(rollout->strategy.bake, base::Millis{600'000});
  EXPECT_EQ(rollout->variables.at("MODE"), "fast");
  EXPECT_EQ(rollout->owner, "links");
  EXPECT_EQ(rollout->runbook, "docs/runbook.md");
  EXPECT_EQ(rollout->keep_releases, 3);
  EXPECT_EQ(rollout->config.files[0].path.filename(), "shop.conf");
  EXPECT_EQ(rollout->config.secrets[0].path, "/run/secrets/shop/db");
  EXPECT_EQ(rollout->probes.liveness, (HttpProbe{"/livez", base::Millis{2000}, base::Millis{1000}, 5}));
  ASSERT_EQ(rollout->analysis.background.size(), 3u);
  const Metric& buy = rollout->analysis.metrics[2];
  EXPECT_EQ(buy.name, "buy");
  EXPECT_EQ(buy.interval, base::Millis{20'000});
  EXPECT_EQ(buy.failure_limit, 1);
  EXPECT_EQ(std::get<SyntheticQuery>(buy.query).timeout, base::Millis{3000});
  const Metric& errors = rollout->analysis.metrics[0];
  const auto& ratio = std::get<ScrapeQuery>(errors.query);
  EXPECT_EQ(ratio.form, ScrapeQuery::Form::ratio);
  EXPECT_EQ(to_string(ratio.of), "http_requests_total{status=~\"5..\"}");
  EXPECT_EQ(to_string(*errors.failure), "result >= 0.05");
  EXPECT_EQ(std::get<ScrapeQuery>(rollout->analysis.metrics[1].query).q, 0.99);
  EXPECT_EQ(rollout->analysis.on_missing, Missing::inconclusive);
}

TEST(RolloutFile, RefusesUnknownKeysWithTheirPlaceAndTheNearestOne) {
  EXPECT_EQ(refusal(with("strategy: { type: rolling, bakes: 10m }\n")),
            "r.yaml:10:28: strategy: unknown key \"bakes\", did you mean \"bake\"?");
  EXPECT_EQ(refusal(with("tarffic: {}\n")), "r.yaml:10:1: unknown key \"tarffic\", did you mean \"traffic\"?");
}

TEST(RolloutFile, RefusesConfigurationThatCannotBeLaidOut) {
  EXPECT_EQ(refusal(with("config: { files: [a/x.conf, b/x.conf] }\n")),
            "r.yaml:10:29: config.files: another file has that name: they lie in one folder");
  EXPECT_EQ(refusal(with("config: { files: [conf/] }\n")), "r.yaml:10:19: config.files: expected the path of a file");
}

TEST(RolloutFile, RefusesSyntheticProbesThatWouldNeverRun) {
  EXPECT_EQ(
      refusal(with("strategy: { type: oneBox, bake: 10s }\nprobes: { synthetic: [{ name: buy, exec: [buy] }] }\n")),
      "r.yaml:11:23: buy: would never be measured in a bake of 10s (initialDelay + interval is 30s)");
  EXPECT_EQ(refusal(with("probes: { synthetic: [{ name: buy, exec: [] }] }\n")),
            "r.yaml:10:42: probes.synthetic[0].exec: expected a program and its arguments");
}

TEST(RolloutFile, NamesTheValueThatIsWrong) {
  EXPECT_EQ(refusal(with("strategy: { type: oneBox, bake: soon }\n")),
            "r.yaml:10:33: strategy.bake: expected a duration such as 10m, got \"soon\"");
  EXPECT_EQ(refusal(with("strategy: { type: canari }\n")),
            "r.yaml:10:19: strategy.type: expected inPlace, rolling, oneBox, canary, linear, blueGreen or "
            "allAtOnce, got \"canari\", did you mean \"canary\"?");
  EXPECT_EQ(refusal(with("strategy: { type: oneBox }\n")),
            "r.yaml:10:11: strategy.bake: oneBox needs the time for which the box is watched, such as 10m");
  EXPECT_EQ(refusal(replaced("127.0.0.1:9002", "127.0.0.1:9001")),
            "r.yaml:9:28: targets.instances[1].address: stands twice");
  EXPECT_EQ(
      refusal(replaced("instance.address", "instance.adress")),
      "r.yaml:6:33: targets.command: unknown placeholder \"instance.adress\", did you mean \"instance.address\"?");
  EXPECT_EQ(refusal(replaced("metadata: { name: shop }\n", "")), "r.yaml:1:1: metadata: is missing");
  EXPECT_EQ(refusal(replaced("trunkline/v1", "trunkline/v2")),
            "r.yaml:1:13: apiVersion: expected trunkline/v1, got \"trunkline/v2\"");
  EXPECT_EQ(refusal("a: [1, 2"), refusal("a: [1, 2"));
  EXPECT_NE(refusal("a: [1, 2").find("r.yaml:"), std::string::npos);
  EXPECT_EQ(refusal(""), "r.yaml:1:1: expected a mapping");
}

TEST(RolloutFile, HoldsEveryMappingAgainstItsTable) {
  EXPECT_EQ(refusal(with("strategy: { type: rolling, preset: OneAtATime }\n")),
            "r.yaml:10:11: strategy: expected one of type and preset");
  EXPECT_EQ(
      refusal(with("strategy: { preset: OneAtTime }\n")).find("r.yaml:10:21: strategy.preset: expected OneAtATime"),
      0u);
  EXPECT_EQ(refusal(with("strategy: { type: canary, steps: [{ setWeight: 10, bake: 1m }] }\n")),
            "r.yaml:10:35: strategy.steps[0]: expected one of setWeight, bake, analysis, pause and preview");
  EXPECT_EQ(refusal(with("strategy: { type: canary, steps: 1 }\n")),
            "r.yaml:10:34: strategy.steps: expected a list of steps");
  EXPECT_EQ(refusal(with("strategy: { type: rolling, maxUnavailable: 0 }\n")),
            "r.yaml:10:44: strategy.maxUnavailable: expected 1 or more");
  EXPECT_EQ(refusal(with("traffic: { driver: nginx }\n")), "r.yaml:10:10: traffic.endpoints: is missing");
  EXPECT_EQ(refusal(with("traffic: { driver: haproxy, endpoints: ['unix:/s'], service: shop, lease: 1s }\n")),
            "r.yaml:10:75: traffic.lease: expected 3s or more");
  EXPECT_EQ(refusal(with("tasks: [{ name: a, command: [a], phase: [expand] }]\n")),
            "r.yaml:10:41: tasks[0].phase: expected expand or contract");
  EXPECT_EQ(refusal(with("tasks: []\n")), "accepted");
}

TEST(RolloutFile, KeepsTheStateOfServersWhereInitPutsItUnlessItSaysOtherwise) {
  const auto state_file = [](const std::string& more) {
    const auto rollout = parse_rollout(
        with("traffic: { driver: haproxy, endpoints: [\"unix:/s\"], service: shop" + more + " }\n"), "r.yaml");
    return rollout ? rollout->traffic->state_file : to_string(rollout.error());
  };
  EXPECT_EQ(state_file(""), "");
  EXPECT_EQ(state_file(", twin: shop-twin, map: /etc/haproxy/trunkline.map"), "/etc/haproxy/trunkline.state");
  EXPECT_EQ(state_file(", twin: shop-twin, map: /etc/haproxy/trunkline.map, stateFile: /other"), "/other");
}

// A metric with the member `more`, in a rollout that bakes for ten seconds.
std::string metric(std::string_view more) {
  return with(
      "strategy: { type: rolling, bake: 10s }\nanalysis:\n  background: [slo]\n  templates:\n    slo: { metrics: [{ "
      "name: m, "
      "scrape: { value: x }, interval: 1s, " +
      std::string(more) + " }] }\n");
}

TEST(RolloutFile, RefusesWhatCouldNeverBeJudged) {
  EXPECT_EQ(refusal(metric("successCondition: \"result < 1\"")), "accepted");
  EXPECT_NE(refusal(metric("count: 1")).find("expected a successCondition or a failureCondition"), std::string::npos);
  EXPECT_NE(refusal(metric("successCondition: \"result < 1\", initialDelay: 10s"))
                .find("would never be measured in a bake of 10s"),
            std::string::npos);
  EXPECT_NE(refusal(metric("successCondition: \"result =< 1\"")).find("expected a condition such as"),
            std::string::npos);
  EXPECT_NE(refusal(with("analysis: { background: [slo], templates: { slow: { metrics: [{ name: m, scrape: { value: x "
                         "}, successCondition: result < 1 }] } } }\n"))
                .find("did you mean \"slow\""),
            std::string::npos);
}

// A metric that asks `query`, of a template with `provider`.
std::string asks(std::string_view query, std::string_view provider = "") {
  return with("strategy: { type: rolling, bake: 10s }\nanalysis:\n  background: [slo]\n  templates:\n    slo:\n" +
              std::string(provider) + "      metrics: [{ name: m, interval: 1s, successCondition: result < 1, " +
              std::string(query) + " }]\n");
}

TEST(RolloutFile, ReadsWhomAMetricAsks) {
  const std::string prometheus = "      provider: { prometheus: { url: 'http://127.0.0.1:9090/', timeout: 2s } }\n";
  const auto query = [](const std::string& text) {
    const auto rollout = parse_rollout(text, "r.yaml");
    return rollout ? to_string(rollout->analysis.metrics.at(0).query) : to_string(rollout.error());
  };
  EXPECT_EQ(query(asks("query: 'sum(up{v=\"{{revision.version}}\"})'", prometheus)),
            "sum(up{v=\"{{revision.version}}\"}) at http://127.0.0.1:9090");
  EXPECT_EQ(query(asks("http: { url: 'http://127.0.0.1:1/x', pointer: /a/0 }")), "http://127.0.0.1:1/x /a/0");
  EXPECT_EQ(query(asks("exec: { command: [./check, --revision, '{{revision.digest}}'] }")),
            "./check --revision {{revision.digest}}");
  EXPECT_NE(refusal(asks("query: up")).find("is asked of a provider"), std::string::npos);
  EXPECT_NE(refusal(asks("query: ' '", prometheus)).find("expected a query"), std::string::npos);
  EXPECT_NE(refusal(asks("query: '{{instance.id}}'", prometheus)).find("unknown placeholder \"instance.id\""),
            std::string::npos);
  EXPECT_NE(refusal(asks("query: up, exec: { command: [x] }", prometheus)).find("expected one of"), std::string::npos);
  EXPECT_NE(refusal(asks("http: { url: nonsense }")).find("is no URL"), std::string::npos);
  EXPECT_NE(refusal(asks("http: { url: 'http://x/', pointer: a }")).find("expected a JSON pointer"), std::string::npos);
  EXPECT_NE(refusal(asks("exec: { command: [] }")).find("expected a program"), std::string::npos);
  EXPECT_NE(refusal(asks("exec: { command: [x], timeout: 0s }")).find("expected 10ms or more"), std::string::npos);
  EXPECT_NE(refusal(asks("exec: { comand: [x] }")).find("did you mean \"command\""), std::string::npos);
}

TEST(RolloutFile, ReadsAlertsAndInstancesWhoseConditionIsNone) {
  const auto metric = [](const std::string& query) {
    std::string text = asks(query);
    const std::string condition = "successCondition: result < 1, ";
    text.erase(text.find(condition), condition.size());
    return parse_rollout(text, "r.yaml");
  };
  const auto alerts = metric("alerts: { url: 'http://127.0.0.1:9090/' }");
  ASSERT_TRUE(alerts) << to_string(alerts.error());
  EXPECT_EQ(to_string(alerts->analysis.metrics[0].query),
            "alerts {service=\"{{service}}\"} that fire at http://127.0.0.1:9090");
  EXPECT_EQ(to_string(*alerts->analysis.metrics[0].success), "result == 0");
  const auto instances = metric("instances: { side: stable }");
  ASSERT_TRUE(instances) << to_string(instances.error());
  EXPECT_EQ(instances->analysis.metrics[0].query, Query(InstancesQuery{Side::stable}));
  EXPECT_NE(refusal(asks("alerts: { url: 'http://x/', api: prom }")).find("expected prometheus or alertmanager"),
            std::string::npos);
  EXPECT_NE(refusal(asks("alerts: { url: 'http://x/', match: { a: '{{sevice}}' } }")).find("did you mean \"service\""),
            std::string::npos);
  EXPECT_NE(refusal(asks("alerts: {}")).find("alerts.url: is missing"), std::string::npos);
  EXPECT_NE(refusal(asks("instances: { sides: new }")).find("did you mean \"side\""), std::string::npos);
  EXPECT_NE(refusal(asks("query: up", "      provider: { prometheus: { url: 'http://x/', maxStaleness: 10ms } }\n"))
                .find("maxStaleness: expected 1s or more"),
            std::string::npos);
}

// A metric with these members and no condition.
std::string compares(std::string_view more, std::string_view query = "scrape: { ratio: { of: e, over: r } }") {
  std::string text = asks(std::string(query) + ", " + std::string(more),
                          "      provider: { prometheus: { url: 'http://127.0.0.1:9090' } }\n");
  const std::string condition = "successCondition: result < 1, ";
  return text.erase(text.find(condition), condition.size());
}

TEST(RolloutFile, ReadsComparisonsWithTheStableSide) {
  const auto against = [](const std::string& text) {
    const auto rollout = parse_rollout(text, "r.yaml");
    EXPECT_TRUE(rollout) << to_string(rollout.error());
    return *rollout->analysis.metrics.at(0).against;
  };
  EXPECT_EQ(against(compares("compare: stable, maxRatio: 1.3, minDifference: 0.1")),
            (Against{Against::Test::none, 1.3, 0.1, 0.01, 1}));
  EXPECT_EQ(against(compares("compare: stable, test: sequential")),
            (Against{Against::Test::sequential, 1.2, 0, 0.01, 1}));
  EXPECT_EQ(against(compares("compare: stable, test: sequential, alpha: 0.05, maxRatio: 2, burst: 3")),
            (Against{Against::Test::sequential, 2, 0, 0.05, 3}));
  EXPECT_EQ(against(compares("compare: stable, test: mannWhitney")).test, Against::Test::mann_whitney);
  EXPECT_EQ(against(compares("compare: stable, maxRatio: 2", "query: 'sum(x{v=\"{{side.version}}\"})'")).max_ratio, 2);
  const auto dry = parse_rollout(compares("compare: stable, maxRatio: 2, dryRun: true, onMissingData: pass"), "r.yaml");
  EXPECT_TRUE(dry->analysis.metrics[0].dry_run);
  EXPECT_EQ(dry->analysis.metrics[0].on_missing, Missing::pass);
}

TEST(RolloutFile, RefusesComparisonsThatSayNothing) {
  const std::map<std::string, std::string> refused = {
      {compares("compare: stable"), "maxRatio: is missing"},
      {compares("compare: stabel, maxRatio: 2"), "expected stable"},
      {compares("compare: stable, maxRatio: 0.5"), "expected a number of 1 or more"},
      {compares("compare: stable, test: sequentail"), "expected sequential or mannWhitney"},
      {compares("compare: stable, maxRatio: 2, alpha: 0.1"), "alpha: needs test: sequential"},
      {compares("compare: stable, test: sequential, alpha: 1"), "between 0 and 1"},
      {compares("compare: stable, test: sequential, burst: 0"), "burst: expected a whole number, 1 or more"},
      {compares("compare: stable, test: sequential, minDifference: 1"), "is for maxRatio without a test"},
      {compares("maxRatio: 2"), "maxRatio: needs compare: stable"},
      {compares("compare: stable, test: mannWhitney, initialDelay: 6s"), "initialDelay + interval * 5 is 11s"},
      {compares("compare: stable, test: mannWhitney, count: 4"), "mannWhitney needs 5 or more"},
      {compares("compare: stable, test: sequential", "scrape: { value: x }"), "it needs a scrape of a ratio"},
      {compares("compare: stable, maxRatio: 2", "scrape: { value: x, side: stable }"), "leave `side` out"},
      {compares("compare: stable, maxRatio: 2", "query: up"), "name {{side.version}} or {{side.digest}}"},
      {compares("compare: stable, maxRatio: 2", "instances: {}"), "no other side"},
      {compares("successCondition: result < 1", "query: '{{side.version}}'"),
       "the placeholder \"side.version\" needs compare: stable"},
  };
  for (const auto& [text, why] : refused) EXPECT_NE(refusal(text).find(why), std::string::npos) << refusal(text);
}

std::string behind_haproxy(std::string_view more) {
  return with("traffic: { driver: haproxy, endpoints: ['unix:/s'], service: shop }\n" + std::string(more));
}

TEST(RolloutFile, IsJudgedByTheBalancersWhereItNamesNoAnalysis) {
  const auto rollout = parse_rollout(behind_haproxy("strategy: { type: oneBox, bake: 2s }\n"), "r.yaml");
  ASSERT_TRUE(rollout) << to_string(rollout.error());
  const Analysis& analysis = rollout->analysis;
  ASSERT_EQ(analysis.background, (std::vector<int>{0, 1}));
  EXPECT_EQ(to_string(analysis.metrics[0].query), "errorRatio at HAProxy on the new side");
  EXPECT_EQ(analysis.metrics[0].against->test, Against::Test::sequential);
  EXPECT_EQ(to_string(*analysis.metrics[0].failure), "result > 0.25");
  EXPECT_EQ(to_string(analysis.metrics[1].query), "responseTime at HAProxy on the new side");
  EXPECT_EQ(analysis.metrics[0].interval, base::Millis{200}) << "ten looks in the shortest bake";
  const auto slow = parse_rollout(behind_haproxy("strategy: { type: oneBox, bake: 10m }\n"), "r.yaml");
  EXPECT_EQ(slow->analysis.metrics[0].interval, base::Millis{10'000});
  EXPECT_TRUE(parse_rollout(kSmallest, "r.yaml")->analysis.metrics.empty()) << "nobody counts";
  EXPECT_TRUE(parse_rollout(behind_haproxy("analysis: { templates: {} }\n"), "r.yaml")->analysis.metrics.empty())
      << "the file says none";
}

TEST(RolloutFile, ReadsWhatIsAskedOfTheBalancers) {
  const auto asked = [](const std::string& query, const std::string& more = "") {
    std::string text = asks("haproxy: " + query + more);
    text += "traffic: { driver: haproxy, endpoints: ['unix:/s'], service: shop }\n";
    const auto rollout = parse_rollout(text, "r.yaml");
    return rollout ? to_string(rollout->analysis.metrics.at(0).query) : to_string(rollout.error());
  };
  EXPECT_EQ(asked("connectionErrors"), "connectionErrors at HAProxy on the new side");
  EXPECT_EQ(asked("{ of: responseTime, side: stable }"), "responseTime at HAProxy on the stable side");
  EXPECT_NE(asked("errorRate").find("expected errorRatio, responseTime or"), std::string::npos);
  EXPECT_NE(asked("{ side: new }").find("haproxy.of: is missing"), std::string::npos);
  EXPECT_NE(asked("connectionErrors", ", compare: stable, maxRatio: 2").find("errorRatio has them in it"),
            std::string::npos);
  EXPECT_NE(asked("responseTime", ", compare: stable, test: sequential").find("haproxy: errorRatio"),
            std::string::npos);
  EXPECT_EQ(asked("errorRatio", ", compare: stable, test: sequential"), "errorRatio at HAProxy on the new side");
  EXPECT_NE(refusal(asks("haproxy: errorRatio")).find("the file has no `traffic`"), std::string::npos);
}

TEST(Condition, IsAnOperatorAndANumberAndNothingMore) {
  EXPECT_TRUE(parse_condition("result < 0.25")->holds(0.2));
  EXPECT_FALSE(parse_condition("result<=0.25")->holds(0.26));
  EXPECT_TRUE(parse_condition(" result  !=  -1e3 ")->holds(0));
  for (const char* text :
       {"", "result", "result < ", "result < x", "result < 1 or true", "value < 1", "result < nan", "result < inf"}) {
    EXPECT_FALSE(parse_condition(text)) << text;
  }
}

TEST(Selector, ReadsWhatItPrints) {
  for (const char* text : {"up", "a_total{}", "a{b=\"c\"}", "a{b=~\"x|y\",c=\"d e\"}"}) {
    const auto selector = parse_selector(text);
    ASSERT_TRUE(selector) << text;
    EXPECT_EQ(parse_selector(to_string(*selector)), selector);
  }
  for (const char* text : {"a{b=~\"x{3333083333333330833}\"}", "", "{a=\"b\"}", "a{b}", "a{b=c}", "a{b=\"c\"",
                           "a{b=\"c\"} x", "a b", "a{b=~\"[\"}"}) {
    EXPECT_FALSE(parse_selector(text)) << text;
  }
}

}  // namespace
}  // namespace trunkline::deployer
