#include "flags/agent/http/ofrep_routes.h"

#include "tests/flags/agent/http/agent_fixture.h"

namespace trunkline::flags {
namespace {

const char* const kFlags = R"({"metadata": {"version": "7"}, "flags": {
  "a b": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on", "metadata": {"owner": "x"}},
  "page": {"state": "ENABLED", "variants": {"new": {"n": 2}, "old": {"n": 1}}, "defaultVariant": "old",
           "targeting": {"if": [{"==": [{"var": "country"}, "CH"]}, "new"]}},
  "region": {"state": "ENABLED", "variants": {"eu": 1, "us": 2}, "defaultVariant": "us", "targeting": {"var": "region"}},
  "tenant": {"state": "ENABLED", "variants": {"t1": 1.5, "t2": 2}, "defaultVariant": "t2", "targeting": {"var": "tenant"}},
  "off": {"state": "DISABLED", "variants": {"on": true}, "defaultVariant": "on"},
  "none": {"state": "ENABLED", "variants": {"on": true}},
  "broken": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"frobnicate": 1}},
  "lost": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"cat": ["no", "where"]}}
}})";

class OfrepTest : public RoutesTest {
 protected:
  OfrepTest() {
    add_ofrep_routes(service_.router(), gate_, evaluator_, streams_);
    serve(kFlags);
  }
  // Status and body of one evaluation.
  std::string one(const std::string& key, const std::string& body = "", base::Headers headers = {}) {
    const base::Response answer = ask(post("/ofrep/v1/evaluate/flags/" + key, body, std::move(headers)));
    return std::to_string(answer.status) + " " + answer.body;
  }
};

TEST_F(OfrepTest, EvaluatesOneFlag) {
  EXPECT_EQ(one("page"),
            R"(200 {"key":"page","reason":"DEFAULT","variant":"old","value":{"n":1},"metadata":{"version":"7"}})");
  EXPECT_EQ(
      one("page", R"({"context": {"country": "CH"}})"),
      R"(200 {"key":"page","reason":"TARGETING_MATCH","variant":"new","value":{"n":2},"metadata":{"version":"7"}})");
  EXPECT_EQ(
      one("a%20b"),
      R"(200 {"key":"a b","reason":"STATIC","variant":"on","value":true,"metadata":{"version":"7","owner":"x"}})");
}

TEST_F(OfrepTest, LeavesTheValueToTheCallerWhereThereIsNone) {
  EXPECT_EQ(one("off"), R"(200 {"key":"off","reason":"DISABLED","metadata":{"version":"7"}})");
  EXPECT_EQ(one("none"), R"(200 {"key":"none","reason":"DEFAULT","metadata":{"version":"7"}})");
}

TEST_F(OfrepTest, TellsWhatIsWrong) {
  EXPECT_EQ(
      one("nobody"),
      R"(404 {"key":"nobody","errorCode":"FLAG_NOT_FOUND","errorDetails":"there is no flag \"nobody\"","metadata":{"version":"7"}})");
  EXPECT_EQ(one("broken").substr(0, 44), R"(400 {"key":"broken","errorCode":"PARSE_ERROR)");
  EXPECT_EQ(one("lost").substr(0, 38), R"(400 {"key":"lost","errorCode":"GENERAL)");
  EXPECT_EQ(one("page", "{broken").substr(0, 42), R"(400 {"key":"page","errorCode":"PARSE_ERROR)");
  EXPECT_EQ(one("page", "[]").substr(0, 42), R"(400 {"key":"page","errorCode":"PARSE_ERROR)");
  EXPECT_EQ(one("page", R"({"context": 7})").substr(0, 46), R"(400 {"key":"page","errorCode":"INVALID_CONTEXT)");
  EXPECT_EQ(ask({"POST", "/ofrep/v1/evaluate/flags/page", {{"Content-Type", "text/plain"}}, "{}"}).status, 415);
  EXPECT_EQ(ask({"POST", "/ofrep/v1/evaluate/flags/page", {{"Content-Type", "Application/JSON; charset=utf-8"}}, "{}"})
                .status,
            200);
  EXPECT_EQ(ask({"GET", "/ofrep/v1/evaluate/flags/page"}).status, 405);
  EXPECT_EQ(one("%ff"), R"(400 {"errorCode":"PARSE_ERROR","errorDetails":"the key is no UTF-8"})");
}

TEST_F(OfrepTest, TakesTheAgentsContextOverTheRequests) {
  EXPECT_EQ(one("region", R"({"context": {"region": "us"}})").substr(0, 61),
            R"(200 {"key":"region","reason":"TARGETING_MATCH","variant":"eu")");
  EXPECT_NE(
      one("tenant", R"({"context": {"tenant": "t2"}})", {{"x-tenant", "t1"}}).find(R"("variant":"t1","value":1.5)"),
      std::string::npos);
}

TEST_F(OfrepTest, GivesAllFlagsWithATagOverTheWholeReply) {
  const base::Response all = ask(post("/ofrep/v1/evaluate/flags", "", {{"Host", "127.0.0.1:8016"}}));
  EXPECT_EQ(all.status, 200);
  const base::Json body = base::parse_json(all.body).value();
  EXPECT_EQ(body.at("flags").as_array().size(), 8U) << "successes, failures and disabled flags";
  EXPECT_EQ(base::to_text(body.at("eventStreams")),
            R"([{"type":"sse","url":"http://127.0.0.1:8016/ofrep/v1/events","inactivityDelaySec":120}])");
  EXPECT_EQ(base::to_text(body.at("metadata")), R"({"version":"7"})");

  EXPECT_NE(ask(post("/ofrep/v1/evaluate/flags", "", {{"Host", "flags.example.org"}, {"X-Forwarded-Proto", "https"}}))
                .body.find("https://flags.example.org/ofrep/v1/events"),
            std::string::npos);

  const std::string etag(*all.headers.find("ETag"));
  const auto again = [&](const std::string& tags, const std::string& context) {
    return ask(post("/ofrep/v1/evaluate/flags", R"({"context": )" + context + "}",
                    {{"Host", "127.0.0.1:8016"}, {"If-None-Match", tags}}));
  };
  const base::Response same = again("\"x\", W/" + etag, "{}");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.headers.find("ETag"), etag);
  EXPECT_EQ(again("*", "{}").status, 304);
  EXPECT_EQ(again(etag, R"({"country": "CH"})").status, 200) << "another context, another reply";
}

TEST_F(OfrepTest, CountsWhatItEvaluates) {
  one("page");
  one("page");
  EXPECT_NE(metrics_.render().find(R"(flag_evaluations_total{flag="page",reason="DEFAULT",variant="old"} 2)"),
            std::string::npos);
}

TEST_F(OfrepTest, TellsAStreamWhatTheTagIsAndWhenItChanges) {
  const auto stream = begin({"GET", "/ofrep/v1/events"});
  ASSERT_TRUE(stream->streamed);
  EXPECT_EQ(stream->answer->headers.find("Content-Type"), "text/event-stream");
  const std::string etag = store_.edition()->whole()->snapshot().etag;
  const std::string id = etag.substr(1, etag.size() - 2);
  EXPECT_EQ(
      stream->streamed->written,
      ": connected\n\nid: " + id + "\ndata: {\"type\":\"refetchEvaluation\",\"etag\":\"\\\"" + id + "\\\"\"}\n\n");
  const auto resumed = begin({"GET", "/ofrep/v1/events", {{"Last-Event-ID", id}}});
  EXPECT_EQ(resumed->streamed->written, ": connected\n\n") << "nothing new since";
  serve(R"({"flags": {}})");
  EXPECT_NE(resumed->streamed->written.find("refetchEvaluation"), std::string::npos);
  stream->streamed->open = false;
  streams_.tick();
  EXPECT_NE(metrics_.render().find("flag_agent_clients{kind=\"sse\"} 1\n"), std::string::npos);
  clock_.steady_now += std::chrono::seconds{15};
  streams_.tick();
  EXPECT_TRUE(resumed->streamed->written.ends_with(": still here\n\n"));
}

class EarlyOfrepTest : public RoutesTest {
 protected:
  EarlyOfrepTest() { add_ofrep_routes(service_.router(), gate_, evaluator_, streams_); }
};

TEST_F(EarlyOfrepTest, FindsNoFlagBeforeThereAreAny) {
  EXPECT_EQ(ask(post("/ofrep/v1/evaluate/flags/a", "")).status, 404);
  EXPECT_EQ(ask(post("/ofrep/v1/evaluate/flags", "")).status, 503) << "an empty list would be taken for the truth";
  const auto stream = begin({"GET", "/ofrep/v1/events"});
  EXPECT_EQ(stream->streamed->written, ": connected\n\n");
}

class GuardedOfrepTest : public GuardedRoutesTest {
 protected:
  GuardedOfrepTest() {
    add_ofrep_routes(service_.router(), gate_, evaluator_, streams_);
    serve(
        R"({"flags": {"w": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "metadata": {"flagSetId": "web"}},
                        "s": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "metadata": {"flagSetId": "shop"}}}})");
  }
  int status(const std::string& key, base::Headers headers) {
    return ask(post("/ofrep/v1/evaluate/flags/" + key, "", std::move(headers))).status;
  }
  const base::Header kOps{"Authorization", "Bearer ops-token-0123456789"};
  const base::Header kWeb{"Authorization", "Bearer web-token-0123456789"};
};

TEST_F(GuardedOfrepTest, LetsInByTokenToTheFlagSetsOfTheToken) {
  EXPECT_EQ(status("w", {}), 401);
  EXPECT_EQ(status("w", {{"Authorization", "Bearer wrong"}}), 401);
  EXPECT_EQ(ask(post("/ofrep/v1/evaluate/flags/w", "")).body, "");
  EXPECT_EQ(status("w", {kWeb}), 200);
  EXPECT_EQ(status("s", {kWeb}), 404);
  EXPECT_EQ(status("s", {kOps}), 200);
  EXPECT_EQ(status("s", {kOps, {"Flagd-Selector", "flagSetId=web"}}), 404);
  EXPECT_EQ(status("w", {kOps, {"Flagd-Selector", "flagSetId=web"}}), 200);
  EXPECT_EQ(status("w", {kWeb, {"Flagd-Selector", "flagSetId=shop"}}), 403);
  EXPECT_EQ(status("w", {kOps, {"Flagd-Selector", "source=x"}}), 400);
}

TEST_F(GuardedOfrepTest, NamesAStreamThatOpensWithoutAHeaderAndOnlyThat) {
  const base::Response all = ask(post("/ofrep/v1/evaluate/flags", "", {kWeb, {"Host", "h"}}));
  const base::Json body = base::parse_json(all.body).value();
  const std::string url(body.at("eventStreams").at(0).at("url").as_string());
  ASSERT_TRUE(url.starts_with("http://h/ofrep/v1/events?ticket=")) << url;
  EXPECT_TRUE(begin({"GET", url.substr(8)})->streamed);
  EXPECT_EQ(ask({"GET", "/ofrep/v1/events"}).status, 401);
  EXPECT_EQ(ask({"GET", "/ofrep/v1/events?ticket=guess"}).status, 401);
  EXPECT_EQ(ask({"GET", url.substr(8) + "&flagSetId=shop"}).status, 403);
  EXPECT_EQ(ask({"GET", "/ofrep/v1/events", {kWeb, {"Flagd-Selector", "flagSetId=shop"}}}).status, 403);
}

TEST_F(GuardedOfrepTest, TellsAStreamOnlyOfItsOwnFlagSets) {
  const auto stream = begin({"GET", "/ofrep/v1/events", {kWeb}});
  const std::string before = stream->streamed->written;
  serve(
      R"({"flags": {"w": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "metadata": {"flagSetId": "web"}}}})");
  EXPECT_EQ(stream->streamed->written, before);
  serve(R"({"flags": {}})");
  EXPECT_NE(stream->streamed->written, before);
}

class LimitedOfrepTest : public RoutesTest {
 protected:
  LimitedOfrepTest() : RoutesTest({}, 1) { add_ofrep_routes(service_.router(), gate_, evaluator_, streams_); }
};

TEST_F(LimitedOfrepTest, AsksToComeBackLater) {
  serve(kFlags);
  EXPECT_EQ(ask(post("/ofrep/v1/evaluate/flags/page", "")).status, 200);
  const base::Response refused = ask(post("/ofrep/v1/evaluate/flags/page", ""));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.find("Retry-After"), "1");
}

}  // namespace
}  // namespace trunkline::flags
