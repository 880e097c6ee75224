#include "base/core/digest.h"
#include "base/core/files.h"
#include "flags/agent/http/evaluation_routes.h"
#include "flags/agent/http/override_routes.h"
#include "flags/agent/http/refresh_routes.h"
#include "flags/agent/http/status_routes.h"
#include "tests/flags/agent/http/agent_fixture.h"

namespace trunkline::flags {
namespace {

class OverrideRoutesTest : public GuardedRoutesTest {
 protected:
  OverrideRoutesTest() {
    add_override_routes(service_.router(), gate_, board_, clock_);
    add_status_routes(service_.router(), gate_, health_);
    serve(R"({"flags": {"a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off"},
                        "d": {"state": "DISABLED", "variants": {"on": true}}}})",
          "c1");
  }
  base::Response put(const std::string& key, const std::string& body,
                     const std::string& token = "ops-token-0123456789") {
    return ask({"PUT", "/v1/overrides/" + key, {{"Authorization", "Bearer " + token}}, body});
  }
  const base::Header kOps{"Authorization", "Bearer ops-token-0123456789"};

  OverrideBoard board_{"", store_, clock_, metrics_};
  std::vector<std::unique_ptr<Feed>> feeds_;
  Health health_{feeds_, store_, board_};
};

TEST_F(OverrideRoutesTest, PutsAVariantInForceForAWhile) {
  const base::Response answer = put("a", R"({"variant": "on", "ttl_seconds": 60, "reason": "an incident"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"flag":"a","variant":"on","until":"1970-01-12T13:47:40.000Z","by":"ops","reason":"an incident"})");
  EXPECT_EQ(evaluate(store_.edition()->whole()->set(), "a", {}, clock_.now).variant, "on");
  EXPECT_EQ(ask({"GET", "/v1/overrides", {kOps}}).body, R"({"overrides":[)" + answer.body + "]}");
  EXPECT_NE(ask({"GET", "/v1/status", {kOps}}).body.find(R"("overrides":[{"flag":"a")"), std::string::npos);
  EXPECT_EQ(ask({"DELETE", "/v1/overrides/a", {kOps}}).status, 200);
  EXPECT_EQ(evaluate(store_.edition()->whole()->set(), "a", {}, clock_.now).variant, "off");
  EXPECT_EQ(ask({"DELETE", "/v1/overrides/a", {kOps}}).status, 404);
}

TEST_F(OverrideRoutesTest, RefusesWhoMayNotAndWhatCannotBe) {
  const std::string good = R"({"variant": "on", "ttl_seconds": 60})";
  EXPECT_EQ(put("a", good, "nobody").status, 401);
  EXPECT_EQ(put("a", good, "web-token-0123456789").status, 403);
  EXPECT_EQ(put("nope", good).status, 404);
  EXPECT_EQ(put("a", R"({"variant": "blue", "ttl_seconds": 60})").status, 404);
  EXPECT_EQ(put("d", good).status, 409);
  for (const char* body :
       {"", "{}", R"({"variant": "on"})", R"({"variant": "on", "ttl_seconds": 0})",
        R"({"variant": "on", "ttl_seconds": 604801})", R"({"variant": "on", "ttl_seconds": "60"})"}) {
    EXPECT_EQ(put("a", body).status, 400) << body;
  }
  EXPECT_EQ(ask({"GET", "/v1/overrides"}).status, 401);
  EXPECT_TRUE(board_.list().empty());
}

TEST_F(OverrideRoutesTest, ShowAndTakeBackOnlyWhatTheTokenSees) {
  ASSERT_EQ(put("a", R"({"variant": "on", "ttl_seconds": 60, "reason": "secret"})").status, 200);
  const base::Header web{"Authorization", "Bearer web-token-0123456789"};
  EXPECT_EQ(ask({"GET", "/v1/overrides", {web}}).body, R"({"overrides":[]})");
  EXPECT_EQ(ask({"GET", "/v1/status", {web}}).body.find("secret"), std::string::npos);
  EXPECT_EQ(health_.ready().value().at("overrides").at(0).as_object().contains("reason"), false);
  EXPECT_EQ(ask({"DELETE", "/v1/overrides/gone", {web}}).status, 403);
}

TEST_F(OverrideRoutesTest, BoundsTheReason) {
  EXPECT_EQ(put("a", R"({"variant": "on", "ttl_seconds": 60, "reason": "two\nlines"})").status, 400);
  EXPECT_EQ(put("a", R"({"variant": "on", "ttl_seconds": 60, "reason": ")" + std::string(501, 'x') + "\"}").status,
            400);
}

TEST_F(OverrideRoutesTest, TellsHowTheAgentDoes) {
  const base::Json status = base::parse_json(ask({"GET", "/v1/status", {kOps}}).body).value();
  EXPECT_EQ(base::string_or(status, "revision"), "c1");
  EXPECT_EQ(status.at("flags").as_int64(), 2);
  EXPECT_EQ(status.at("overrides_kept").as_bool(), false);
  EXPECT_EQ(ask({"GET", "/v1/status"}).status, 401);
}

class EvaluationRoutesTest : public GuardedRoutesTest {};

TEST_F(EvaluationRoutesTest, TellWhichFlagsOfTheCallersWereAskedFor) {
  add_evaluation_routes(service_.router(), gate_, metrics_, clock_.now);
  serve(R"({"flags": {
    "w": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
          "targeting": {"var": "v"}, "metadata": {"flagSetId": "web"}},
    "s": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}})");
  const auto view = store_.edition()->whole();
  EvaluationContext off;
  off.attributes.as_object()["v"] = "off";
  evaluator_.evaluate(*view, "w", {});
  evaluator_.evaluate(*view, "w", off);
  evaluator_.evaluate(*view, "s", {});
  evaluator_.evaluate(*view, "nobody", {});
  const auto get = [&](const std::string& token) {
    return ask({"GET", "/v1/evaluations", {{"Authorization", "Bearer " + token}}}).body;
  };
  EXPECT_EQ(get("ops-token-0123456789"), R"({"since":"1970-01-12T13:46:40.000Z","flags":{"s":1,"w":2}})");
  EXPECT_EQ(get("web-token-0123456789"), R"({"since":"1970-01-12T13:46:40.000Z","flags":{"w":2}})");
  EXPECT_EQ(ask({"GET", "/v1/evaluations"}).status, 401);
}

class RefreshTest : public RoutesTest {
 protected:
  RefreshTest() {
    add_refresh_routes(service_.router(), "s3cret", [this] { ++refreshed_; });
  }
  int refreshed_ = 0;
};

TEST_F(RefreshTest, BelievesWhatGitHostsProve) {
  const std::string body = R"({"ref":"refs/heads/main"})";
  EXPECT_EQ(
      ask({"POST", "/hooks/refresh", {{"X-Hub-Signature-256", "sha256=" + base::hmac_sha256("s3cret", body)}}, body})
          .status,
      202);
  EXPECT_EQ(ask({"POST", "/hooks/refresh", {{"X-Gitlab-Token", "s3cret"}}, body}).status, 202);
  EXPECT_EQ(ask({"POST", "/hooks/refresh", {{"Authorization", "Bearer s3cret"}}, ""}).status, 202);
  EXPECT_EQ(refreshed_, 3);
}

TEST_F(RefreshTest, BelievesNobodyElse) {
  EXPECT_EQ(ask({"POST", "/hooks/refresh"}).status, 401);
  EXPECT_EQ(ask({"POST",
                 "/hooks/refresh",
                 {{"X-Hub-Signature-256", "sha256=" + base::hmac_sha256("s3cret", "other")}},
                 "body"})
                .status,
            401);
  EXPECT_EQ(ask({"POST", "/hooks/refresh", {{"X-Gitlab-Token", "guess"}}}).status, 401);
  EXPECT_EQ(ask({"POST", "/hooks/refresh", {{"Authorization", "s3cret"}}}).status, 401);
  EXPECT_EQ(refreshed_, 0);
}

}  // namespace
}  // namespace trunkline::flags
