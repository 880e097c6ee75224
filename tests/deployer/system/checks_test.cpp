#include "deployer/checks/checks.h"

#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <mutex>
#include <sys/stat.h>

#include "base/http/server.h"
#include "deployer/checks/alerts_check.h"
#include "deployer/checks/exec_check.h"
#include "deployer/checks/http_check.h"
#include "deployer/checks/prometheus_check.h"
#include "tests/deployer/system/rig.h"
#include "tests/support/raw_socket.h"

// The checks against the real thing: a Prometheus, an HTTP server, programs.
namespace trunkline::deployer {
namespace {

using base::Millis;
using testing::HasSubstr;
using Kind = Measurement::Kind;

std::string free_address() {
  return base::RawListener().address();
}

// A real Prometheus that scrapes itself and an exporter of the test's, if there is one.
class Prometheus {
 public:
  explicit Prometheus(const std::string& exporter = "", const std::string& rules = "") {
    const auto config = folder_.path() / "p.yml";
    std::ofstream(folder_.path() / "rules.yml") << rules;
    std::ofstream(config) << "global: { scrape_interval: 1s, evaluation_interval: 1s }\nscrape_configs:\n"
                          << job("self", address_) << (exporter.empty() ? "" : job("exporter", exporter))
                          << (rules.empty() ? "" : "rule_files: [rules.yml]\n");
    process_.emplace(std::vector<std::string>{"prometheus", "--config.file=" + config.string(),
                                              "--storage.tsdb.path=" + (folder_.path() / "data").string(),
                                              "--web.listen-address=" + address_},
                     folder_.path() / "output");
  }
  Measurement ask(const std::string& query, std::optional<Millis> max_staleness = {}) const {
    return ask_prometheus({url(), query, Millis{2000}, max_staleness});
  }
  std::string url() const { return "http://" + address_; }
  void signal(int number) const { process_->signal(number); }

 private:
  static std::string job(const std::string& name, const std::string& address) {
    return "  - { job_name: " + name + ", static_configs: [{ targets: ['" + address + "'] }] }\n";
  }

  base::TempFolder folder_ = base::TempFolder::make("prometheus-test").value();
  std::string address_ = free_address();
  std::optional<Background> process_;
};

// What an exporter shows, as the test likes it.
class Exporter {
 public:
  Exporter() {
    server_ = base::Server::start({}, [this](const base::Request&, base::Reply reply) {
                const std::lock_guard lock(mutex_);
                reply(base::text_response(200, text_));
              }).value();
  }
  ~Exporter() { server_->stop(Millis{0}); }
  void show(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  const std::string& address() const { return server_->address(); }

 private:
  std::mutex mutex_;
  std::string text_;
  std::unique_ptr<base::Server> server_;
};

TEST(Checks, AskARealPrometheus) {
  const Prometheus prometheus;
  ASSERT_TRUE(eventually([&] { return prometheus.ask("sum(up)").kind == Kind::value; }));
  EXPECT_EQ(prometheus.ask("sum(up)").value, 1);
  EXPECT_EQ(prometheus.ask("scalar(vector(0.25))").value, 0.25);
  EXPECT_EQ(prometheus.ask("up{job=\"nobody\"}").detail, "the query has no result");
  EXPECT_EQ(prometheus.ask("vector(0) / vector(0)").kind, Kind::missing) << "NaN";
  EXPECT_EQ(prometheus.ask("1 / vector(0)").kind, Kind::missing) << "an infinity";
  EXPECT_THAT(prometheus.ask("{__name__=~\"go_gc.*\"}").detail, HasSubstr("series: sum() makes them one"));
  EXPECT_THAT(prometheus.ask("sum(").detail, HasSubstr("the server answered 400: "));
  EXPECT_THAT(prometheus.ask("up[5m]").detail, HasSubstr("the query gives a matrix"));
  EXPECT_EQ(ask_prometheus({"http://" + free_address(), "up", Millis{500}}).kind, Kind::error);
}

TEST(Checks, SayWhyWhenAPrometheusIsStoppedOrKilled) {
  const Prometheus prometheus;
  ASSERT_TRUE(eventually([&] { return prometheus.ask("sum(up)").kind == Kind::value; }));
  prometheus.signal(SIGSTOP);
  EXPECT_TRUE(eventually([&] { return ask_prometheus({prometheus.url(), "up", Millis{300}}).kind == Kind::error; }))
      << "it takes connections, and never answers";
  prometheus.signal(SIGCONT);
  ASSERT_TRUE(eventually([&] { return prometheus.ask("sum(up)").kind == Kind::value; }));
  prometheus.signal(SIGKILL);
  ASSERT_TRUE(eventually([&] { return prometheus.ask("sum(up)").kind == Kind::error; }));
}

int64_t millis_now() {
  return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count();
}

TEST(Checks, CallSamplesOfAPrometheusMissingThatAreNoNumberOrStale) {
  Exporter exporter;
  // A sample that brings its own time is not marked as stale when it stops: it is shown for five minutes.
  exporter.show("ratio NaN\nfresh 1\nold 2 " + std::to_string(millis_now() - 60'000) + "\n");
  const Prometheus prometheus(exporter.address());
  ASSERT_TRUE(eventually([&] { return prometheus.ask("old").kind == Kind::value; }));
  EXPECT_EQ(prometheus.ask("ratio").detail, "the result is nan");
  EXPECT_EQ(prometheus.ask("old").value, 2) << "nobody asked for its age";
  const Measurement stale = prometheus.ask("old", Millis{30'000});
  EXPECT_EQ(stale.kind, Kind::missing);
  EXPECT_THAT(stale.detail, testing::MatchesRegex("the sample is [0-9]+ s old"));
  EXPECT_EQ(prometheus.ask("old # of the batch", Millis{30'000}).kind, Kind::missing);
  EXPECT_EQ(prometheus.ask("old", Millis{240'000}).value, 2);
  EXPECT_EQ(prometheus.ask("fresh", Millis{30'000}).value, 1);
  EXPECT_EQ(prometheus.ask("scalar(vector(3))", Millis{1000}).value, 3) << "computed now";
  exporter.show("");
  ASSERT_TRUE(eventually([&] { return prometheus.ask("fresh").kind == Kind::missing; }))
      << "one that vanishes is marked by Prometheus itself";
}

TEST(Checks, CountTheAlertsThatFireInARealPrometheus) {
  const Prometheus prometheus("", R"(groups:
  - name: g
    rules:
      - { alert: Burning, expr: 'vector(1)', labels: { service: shop } }
      - { alert: Smoking, expr: 'vector(1)', for: 1h, labels: { service: shop } }
      - { alert: Elsewhere, expr: 'vector(1)', labels: { service: cart } }
)");
  Checks checks({{}, {{"service", "shop"}}, "."}, {});
  const AlertsQuery query{prometheus.url(), AlertsQuery::Api::prometheus, {{"service", "{{service}}"}}};
  ASSERT_TRUE(eventually([&] { return checks.measure(query, Millis{0}).value == 1; }));
  EXPECT_EQ(
      checks.measure(AlertsQuery{prometheus.url(), AlertsQuery::Api::prometheus, {{"service", "none"}}}, Millis{0}),
      Measurement::of(0));
  EXPECT_EQ(ask_alerts({"http://" + free_address(), {}, {{"a", "b"}}, Millis{500}}).kind, Kind::error);
}

Metric compared(Query query) {
  Metric metric;
  metric.name = "m";
  metric.query = std::move(query);
  metric.against = Against{};
  return metric;
}

TEST(Checks, AskARealPrometheusOnceASide) {
  Exporter exporter;
  exporter.show("p99{v=\"1\"} 0.2\np99{v=\"2\"} 0.5\nonly{v=\"2\"} 1\n");
  const Prometheus prometheus(exporter.address());
  ASSERT_TRUE(eventually([&] { return prometheus.ask("only").kind == Kind::value; }));
  Checks checks({{{"web1", "127.0.0.1", 1}},
                 query_values("shop", "prod", {"2", "c2", "sha256:2", ""}, ledger::Revision{"1", "c1", "sha256:1", ""}),
                 "."},
                {});
  const auto ask = [&](const std::string& name) {
    return checks.measure(compared(PrometheusQuery{prometheus.url(), name + "{v=\"{{side.version}}\"}"}), Millis{0});
  };
  checks.open({}, {0}, Millis{0});
  EXPECT_EQ(ask("p99"), Measurement::of_both(Measurement::of(0.5), Measurement::of(0.2)));
  EXPECT_EQ(ask("only").detail, "on the stable side: the query has no result");
  EXPECT_EQ(ask("none").kind, Kind::missing);
  checks.open({}, {}, Millis{0});
  EXPECT_TRUE(ask("p99").alone) << "no stable instance serves in this bake";
}

TEST(Checks, ScrapeBothSidesAndCountTheirRequests) {
  Exporter fresh, stable;
  const auto show = [](Exporter& exporter, int ok, int failed) {
    exporter.show("r{status=\"200\"} " + std::to_string(ok) + "\nr{status=\"500\"} " + std::to_string(failed) + "\n");
  };
  const auto instance = [](const std::string& id, const Exporter& exporter) {
    const size_t colon = exporter.address().rfind(':');
    return Instance{id, exporter.address().substr(0, colon), std::stoi(exporter.address().substr(colon + 1))};
  };
  ScrapeQuery ratio;
  ratio.form = ScrapeQuery::Form::ratio;
  ratio.of = parse_selector("r{status=\"500\"}").value();
  ratio.over = parse_selector("r").value();
  Metric metric = compared(ratio);
  metric.against->test = Against::Test::sequential;
  Checks checks({{instance("web1", fresh), instance("web2", stable)}, {}, "."}, {metric});
  show(fresh, 1000, 100);
  show(stable, 5000, 0);
  checks.open({0}, {1}, Millis{0});
  show(fresh, 1090, 110);
  EXPECT_TRUE(checks.measure(metric, Millis{1000}).alone) << "nobody is on the stable side";
  show(stable, 5390, 10);
  const Measurement both = checks.measure(metric, Millis{2000});
  EXPECT_EQ(both.value, 0.1);
  EXPECT_EQ(both.stable, 0.025);
  EXPECT_EQ(both.samples, 100);
  EXPECT_EQ(both.counts, (BothCounts{{100, 10}, {400, 10}}));
  Metric wrong = metric;
  std::swap(std::get<ScrapeQuery>(wrong.query).of, *std::get<ScrapeQuery>(wrong.query).over);
  Checks misled({{instance("web1", fresh), instance("web2", stable)}, {}, "."}, {wrong});
  misled.open({0}, {1}, Millis{0});
  show(fresh, 1180, 120);
  show(stable, 5780, 20);
  EXPECT_EQ(misled.measure(wrong, Millis{1000}).detail,
            "r grew more than r{status=\"500\"}, of which it must be a part");
  wrong.against->test = Against::Test::none;
  EXPECT_EQ(misled.measure(wrong, Millis{2000}).value, 10) << "what is no share of anything has no counts";
}

TEST(Checks, GiveUpAPrometheusThatIsSilent) {
  const base::RawListener silent;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ask_prometheus({"http://" + silent.address(), "up", Millis{200}}).kind, Kind::error);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
}

TEST(Checks, ReadANumberFromAnAnswer) {
  auto server = base::Server::start({}, [](const base::Request& request, base::Reply reply) {
                  if (request.target == "/v2")
                    return reply(base::text_response(200, R"({"data": [{"value": "0.5"}]})"));
                  if (request.target == "/text") return reply(base::text_response(200, "hello"));
                  reply(base::text_response(503, "{}"));
                }).value();
  const std::string url = "http://" + server->address();
  Checks checks({{}, {{"revision.version", "2"}}, "."}, {});
  EXPECT_EQ(checks.measure(HttpQuery{url + "/v{{revision.version}}", "/data/0/value"}, Millis{0}).value, 0.5);
  EXPECT_EQ(ask_http({url + "/v2", "/data/1/value"}).kind, Kind::missing);
  EXPECT_EQ(ask_http({url + "/text", ""}).kind, Kind::error);
  EXPECT_EQ(ask_http({url + "/", ""}).detail, "the server answered 503");
  EXPECT_EQ(ask_http({"http://" + free_address() + "/", ""}).kind, Kind::error);
}

TEST(Checks, TakeTheNumberThatAProgramPrints) {
  const auto folder = base::TempFolder::make("exec-test").value();
  const auto program = folder.path() / "check";
  std::ofstream(program)
      << "#!/bin/sh\ncase $1 in number) echo \" 12.5\" ;; nothing) ;; text) echo many ;;\n"
         "  fail) echo 'no luck' >&2; exit 3 ;; slow) sleep 20 ;; secret) echo \"${SECRET:-0}\" ;; esac\n";
  chmod(program.c_str(), 0755);
  setenv("SECRET", "7", 1);
  const auto ask = [&](const std::string& word) {
    return ask_program({{"./check", word}, Millis{500}}, folder.path());
  };
  EXPECT_EQ(ask("number").value, 12.5);
  EXPECT_EQ(ask("nothing").kind, Kind::missing);
  EXPECT_EQ(ask("text").detail, "\"many\" is no number");
  EXPECT_EQ(ask("fail").detail, "it ended with exit 3: no luck");
  EXPECT_EQ(ask("slow").detail, "it took longer than 500ms");
  EXPECT_EQ(ask("secret").value, 0) << "it gets what every program needs of our environment, and no more";
  EXPECT_EQ(ask_program({{"./none"}, Millis{500}}, folder.path()).kind, Kind::error);
}

// A file without `analysis`.
void name_no_analysis(const Rig& rig) {
  std::string text = base::read_file(rig.path("rollout.yaml")).value();
  std::ofstream(rig.path("rollout.yaml")) << text.erase(text.find("analysis:"));
}

TEST(DefaultAnalysis, KeepsAGoodReleaseAndTakesBackWhatTheBalancerSeesFail) {
  Rig rig;
  rig.release_first();
  rig.write_rollout({.strategy = "{ type: oneBox, bake: 8s }"});
  name_no_analysis(rig);
  rig.pack("2");
  // Well below the guard, and for long enough to be sure also where a busy machine lets few requests through.
  rig.pack("3", "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=0.12");
  rig.start_load();
  const Ran good = rig.release("2");
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("x1.2 of stable (sequential)"));
  const Ran bad = rig.release("3");
  EXPECT_EQ(bad.code, 3) << bad.out << bad.err;
  EXPECT_THAT(bad.out, HasSubstr("fails where the stable side does not"));
  const Ran why = rig.deployer({"explain"});
  EXPECT_THAT(why.out, testing::AllOf(HasSubstr("errors"), HasSubstr(" against 0, "), HasSubstr("e-value")));
  const auto json = base::parse_json(rig.deployer({"explain", "--json"}).out);
  ASSERT_TRUE(json);
  EXPECT_THAT(base::to_text(*json), testing::AllOf(HasSubstr("\"e_value\""), HasSubstr("\"counts\"")));
  EXPECT_EQ(rig.versions(), (std::vector<std::string>{"2", "2", "2"}));
  rig.end_load();
}

TEST(DefaultAnalysis, HoldsABakeWhereNobodyComes) {
  Rig rig;
  rig.release_first();
  rig.write_rollout({.strategy = "{ type: oneBox, bake: 500ms }"});
  name_no_analysis(rig);
  rig.pack("2");
  const Ran held = rig.release("2");
  EXPECT_EQ(held.code, 4) << held.out << held.err;
  EXPECT_THAT(held.out, HasSubstr("no request since the bake began"));
}

}  // namespace
}  // namespace trunkline::deployer
