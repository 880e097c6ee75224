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
  static bool is_installed() {
    const auto ran = base::run_process({.argv = {"prometheus", "--version"}}, std::chrono::seconds{10});
    return ran && ran->status.ok();
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
  if (!Prometheus::is_installed()) GTEST_SKIP() << "prometheus is not installed";
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
  if (!Prometheus::is_installed()) GTEST_SKIP() << "prometheus is not installed";
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
  if (!Prometheus::is_installed()) GTEST_SKIP() << "prometheus is not installed";
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
  if (!Prometheus::is_installed()) GTEST_SKIP() << "prometheus is not installed";
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

}  // namespace
}  // namespace trunkline::deployer
