#include "flags/agent/http/appconfig_routes.h"

#include "tests/flags/agent/http/agent_fixture.h"

namespace trunkline::flags {
namespace {

const char* const kFlags = R"({"flags": {
  "bool": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
  "text": {"state": "ENABLED", "variants": {"a": "A"}, "defaultVariant": "a"},
  "object": {"state": "ENABLED", "variants": {"a": {"limit": 5}, "b": {"enabled": false, "limit": 1}}, "defaultVariant": "a",
             "targeting": {"if": [{"==": [{"var": "country"}, "US"]}, "b"]}},
  "who": {"state": "ENABLED", "variants": {"u1": 1, "u2": 2}, "defaultVariant": "u2", "targeting": {"var": "targetingKey"}},
  "disabled": {"state": "DISABLED", "variants": {"on": true}, "defaultVariant": "on"},
  "broken": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "nope"},
  "other": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "metadata": {"flagSetId": "shop"}}}})";

class AppConfigTest : public RoutesTest {
 protected:
  AppConfigTest() {
    add_appconfig_routes(service_.router(), {"app", std::nullopt}, gate_, evaluator_);
    serve(kFlags, "c1");
  }
  std::string get(const std::string& target, base::Headers headers = {}) {
    const base::Response answer =
        ask({"GET", "/applications/app/environments/prod/configurations/" + target, std::move(headers)});
    return std::to_string(answer.status) + " " + answer.body;
  }
};

TEST_F(AppConfigTest, GivesEachKindOfValueItsForm) {
  EXPECT_EQ(get("main?flag=bool"), R"(200 {"enabled":true})");
  EXPECT_EQ(get("main?flag=text"), R"(200 {"enabled":true,"value":"A"})");
  EXPECT_EQ(get("main?flag=object"), R"(200 {"limit":5,"enabled":true})");
  EXPECT_EQ(get("main?flag=object", {{"Context", "country=US"}}), R"(200 {"enabled":false,"limit":1})");
  EXPECT_EQ(get("main?flag=disabled"), R"(200 {"enabled":false})");
  EXPECT_EQ(get("main?flag=broken"), R"(200 {"enabled":false})");
}

TEST_F(AppConfigTest, GivesSeveralFlagsOrAllByKey) {
  EXPECT_EQ(get("main?flag=text&flag=bool"), R"(200 {"text":{"enabled":true,"value":"A"},"bool":{"enabled":true}})");
  const base::Json all = base::parse_json(get("main").substr(4)).value();
  EXPECT_EQ(all.as_object().size(), 6U) << "those without a flag set";
  EXPECT_EQ(get("shop"), R"(200 {"other":{"enabled":true}})");
}

TEST_F(AppConfigTest, ReadsTheContextFromItsHeaders) {
  EXPECT_EQ(get("main?flag=who", {{"Entity-Id", "u1"}}), R"(200 {"enabled":true,"value":1})");
  EXPECT_EQ(get("main?flag=object", {{"Context", "a=b"}, {"Context", " x=1 , country=US "}}),
            R"(200 {"enabled":false,"limit":1})");
  EXPECT_EQ(get("main?flag=object", {{"Context", "=,,nonsense,country"}}), R"(200 {"limit":5,"enabled":true})");
}

TEST_F(AppConfigTest, DoesNotKnowOtherNames) {
  EXPECT_EQ(ask({"GET", "/applications/other/environments/prod/configurations/main"}).status, 404);
  EXPECT_EQ(get("main?flag=nobody").substr(0, 3), "404");
  EXPECT_EQ(get("main?flag=%zz").substr(0, 3), "400");
  EXPECT_EQ(get("main?flag=bool&flag=nobody").substr(0, 3), "404");
  EXPECT_EQ(get("main?flag=other").substr(0, 3), "404") << "of another flag set";
}

class GuardedAppConfigTest : public GuardedRoutesTest {};

TEST_F(GuardedAppConfigTest, LetsInByTokenToItsFlagSets) {
  add_appconfig_routes(service_.router(), {}, gate_, evaluator_);
  serve(kFlags);
  const auto status = [&](const std::string& config, base::Headers headers) {
    return ask({"GET", "/applications/a/environments/e/configurations/" + config, std::move(headers)}).status;
  };
  EXPECT_EQ(status("main", {}), 401);
  EXPECT_EQ(status("main", {{"Authorization", "Bearer web-token-0123456789"}}), 403);
  EXPECT_EQ(status("shop", {{"Authorization", "Bearer ops-token-0123456789"}}), 200);
}

}  // namespace
}  // namespace trunkline::flags
