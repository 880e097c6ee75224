#include "deployer/checks/checks.h"

#include <fstream>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/http/server.h"
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

// A real Prometheus that scrapes nobody but itself.
class Prometheus {
 public:
  Prometheus() {
    const auto config = folder_.path() / "p.yml";
    std::ofstream(config) << "scrape_configs: [{ job_name: self, scrape_interval: 1s, static_configs: [{ targets: ['"
                          << address_ << "'] }] }]\n";
    process_.emplace(std::vector<std::string>{"prometheus", "--config.file=" + config.string(),
                                              "--storage.tsdb.path=" + (folder_.path() / "data").string(),
                                              "--web.listen-address=" + address_},
                     folder_.path() / "output");
  }
  static bool is_installed() {
    const auto ran = base::run_process({.argv = {"prometheus", "--version"}}, std::chrono::seconds{10});
    return ran && ran->status.ok();
  }
  Measurement ask(const std::string& query) const {
    return ask_prometheus({"http://" + address_, query, Millis{2000}});
  }

 private:
  base::TempFolder folder_ = base::TempFolder::make("prometheus-test").value();
  std::string address_ = free_address();
  std::optional<Background> process_;
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
