#include "base/http/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_reply.h"

namespace trunkline::base {
namespace {

using testing::HasSubstr;

struct ServiceTest : testing::Test {
  Metrics metrics;
  Result<JsonObject> readiness;
  Service service{metrics, {"2026.11.22-1-gabc", "sha256:1", ""}, [this] { return readiness; }};

  Response get(const std::string& target) { return ask(service.handler(), {.target = target}); }
};

TEST_F(ServiceTest, TellsItsVersionAndLeavesOutWhatIsNotKnown) {
  EXPECT_EQ(get("/version").body, R"({"version":"2026.11.22-1-gabc","digest":"sha256:1"})");
}

TEST_F(ServiceTest, IsReadyWhenTheProgramSaysSo) {
  EXPECT_EQ(get("/readyz").body, R"({"status":"ready"})");
  readiness = JsonObject{{"overrides", 2}};
  EXPECT_EQ(get("/readyz").body, R"({"status":"ready","overrides":2})");
  readiness = fail(Kind::unavailable, "no store");
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_THAT(get("/readyz").body, HasSubstr("no store"));
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(ServiceTest, IsNotReadyOnceItStops) {
  service.begin_stop();
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(ServiceTest, CountsWhatTheServerRefuses) {
  service.refused()->replied("GET", problem_response(431, "x"), std::chrono::steady_clock::now());
  EXPECT_THAT(metrics.render(),
              testing::ContainsRegex(R"(http_requests_total\{.*route="refused".*status="431".*\} 1)"));
}

TEST_F(ServiceTest, CountsAnswersByRouteMethodAndStatus) {
  service.router().add("GET", "/{code}", [](const Request&, const PathParameters& path, Reply reply) {
    reply(text_response(path["code"] == "a" ? 302 : 404, ""));
  });
  get("/a");
  get("/a");
  get("/b");
  get("/b/c");
  ask(service.handler(), {.method = "BREW", .target = "/a"});
  const std::string text = get("/metrics").body;
  const auto count = [&](const std::string& route, const std::string& method, int status, int n) {
    return HasSubstr("http_requests_total{method=\"" + method + "\",revision=\"2026.11.22-1-gabc\",route=\"" + route +
                     "\",status=\"" + std::to_string(status) + "\"} " + std::to_string(n) + "\n");
  };
  EXPECT_THAT(text, count("/{code}", "GET", 302, 2));
  EXPECT_THAT(text, count("/{code}", "GET", 404, 1));
  EXPECT_THAT(text, count("none", "GET", 404, 1));
  EXPECT_THAT(text, count("none", "other", 501, 1));
  EXPECT_THAT(text,
              HasSubstr("http_request_duration_seconds_count{revision=\"2026.11.22-1-gabc\",route=\"/{code}\"} 3"));
  EXPECT_THAT(text, HasSubstr("build_info{commit=\"\",digest=\"sha256:1\",version=\"2026.11.22-1-gabc\"} 1"));
}

TEST_F(ServiceTest, AnswersFiveHundredWhenAHandlerForgets) {
  service.router().add("GET", "/x", [](const Request&, const PathParameters&, Reply) {});
  EXPECT_EQ(get("/x").status, 500);
}

}  // namespace
}  // namespace trunkline::base
