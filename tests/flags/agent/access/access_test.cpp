#include "flags/agent/access/access.h"

#include <gtest/gtest.h>

#include "base/core/digest.h"
#include "flags/agent/access/rate_limit.h"

namespace trunkline::flags {
namespace {

const std::string kFile = R"(tokens:
  - name: ops
    token: ops-token-0123456789
    override: true
  - name: web
    token: )" + base::sha256("web-token-0123456789") +
                          R"(
    flag_sets: [web, shop]
)";

TEST(Access, LetsEverybodySeeEverythingWithoutTokensButOverrideNothing) {
  const Access access;
  const Caller* caller = *access.authorize(std::nullopt);
  EXPECT_EQ(caller->sets, Selection::all());
  EXPECT_FALSE(caller->may_override);
  EXPECT_EQ(caller->ticket, "");
}

TEST(Access, KnowsATokenByItselfOrByItsDigest) {
  const Access access = Access::parse(kFile, "tokens.yaml").value();
  const Caller* ops = *access.authorize("Bearer ops-token-0123456789");
  EXPECT_EQ(ops->name, "ops");
  EXPECT_TRUE(ops->may_override);
  EXPECT_EQ(ops->sets, Selection::all());
  EXPECT_EQ(*access.authorize("bearer ops-token-0123456789"), ops);
  const Caller* web = *access.authorize("Bearer web-token-0123456789");
  EXPECT_EQ(web->name, "web");
  EXPECT_FALSE(web->may_override);
  EXPECT_EQ(web->sets, Selection::of({"shop", "web"}));
}

TEST(Access, RefusesEverythingElse) {
  const Access access = Access::parse(kFile, "tokens.yaml").value();
  for (const std::string& header :
       {std::string(), std::string("Bearer "), std::string("Bearer ops"), std::string("Basic ops-token-0123456789"),
        "Bearer " + base::sha256("web-token-0123456789")}) {
    EXPECT_EQ(access.authorize(header).error().kind, base::Kind::denied) << header;
  }
  EXPECT_EQ(access.authorize(std::nullopt).error().kind, base::Kind::denied);
}

TEST(Access, LetsReadersWithoutATokenInWhereTheFileSaysSo) {
  const Access access = Access::parse(kFile + "anonymous: true\n", "tokens.yaml").value();
  const Caller* anonymous = *access.authorize(std::nullopt);
  EXPECT_EQ(anonymous->sets, Selection::all());
  EXPECT_FALSE(anonymous->may_override);
  EXPECT_EQ(anonymous->ticket, "");
  EXPECT_TRUE(access.is_open());
  EXPECT_TRUE((*access.authorize("Bearer ops-token-0123456789"))->may_override);
  EXPECT_FALSE(access.authorize("Bearer wrong-token-0123456789")) << "a mistake is not passed over";
  EXPECT_FALSE(access.authorize(""));
  EXPECT_FALSE(access.by_ticket(""));
  const Access some = Access::parse("anonymous: {flag_sets: [web]}\n" + kFile, "tokens.yaml").value();
  EXPECT_EQ((*some.authorize(std::nullopt))->sets, Selection::of({"web"}));
  const Access none = Access::parse(kFile + "anonymous: false\n", "tokens.yaml").value();
  EXPECT_FALSE(none.authorize(std::nullopt));
  EXPECT_FALSE(none.is_open());
}

TEST(Access, GivesEachTokenATicketOfItsOwnForItsStream) {
  const Access access = Access::parse(kFile, "tokens.yaml").value();
  const Caller* ops = *access.authorize("Bearer ops-token-0123456789");
  const Caller* web = *access.authorize("Bearer web-token-0123456789");
  EXPECT_EQ(*access.by_ticket(ops->ticket), ops);
  EXPECT_EQ(*access.by_ticket(web->ticket), web);
  EXPECT_FALSE(access.by_ticket("ops-token-0123456789"));
  EXPECT_FALSE(access.authorize("Bearer " + ops->ticket)) << "it opens nothing else";
  EXPECT_EQ(Access::parse(kFile, "f")->authorize("Bearer ops-token-0123456789").value()->ticket, ops->ticket)
      << "the next agent, or the same after a restart";
}

TEST(Access, SaysWhereTheFileIsWrong) {
  const auto error = [](const std::string& text) { return to_string(Access::parse(text, "t.yaml").error()); };
  EXPECT_EQ(error("tokens: []"), "t.yaml:1:1: expected \"tokens\", a list of at least one");
  EXPECT_EQ(error("tokens:\n  - name: a\n    token: short\n"), "t.yaml:3:12: a token has 16 characters or more");
  EXPECT_EQ(error("tokens:\n  - token: 0123456789abcdef\n"), "t.yaml:2:5: expected a \"name\"");
  EXPECT_EQ(error("tokens:\n  - name: a\n    token: sha256:12\n"),
            "t.yaml:3:12: expected 64 hexadecimal digits after \"sha256:\"");
  EXPECT_EQ(error("tokens:\n  - {name: a, token: 0123456789abcdef}\n  - {name: b, token: 0123456789abcdef}\n"),
            "t.yaml:3:5: this name or token stands here a second time");
  EXPECT_EQ(error("tokens:\n  - {name: a, token: 0123456789abcdef, overide: true}\n"),
            "t.yaml:2:40: expected name, token, flag_sets (a list) or override (true or false)");
  EXPECT_EQ(error("tokens:\n  - {name: a, token: 0123456789abcdef, flag_sets: [{x: y}]}\n"),
            "t.yaml:2:52: expected the id of a flag set");
  EXPECT_EQ(error("tokens:\n  - {name: a, token: ' 0123456789abcdef'}\n"),
            "t.yaml:2:22: expected no blanks around a token");
  EXPECT_EQ(error("tokens:\n  - {name: a, token: SHA256:0123456789abcdef}\n"),
            "t.yaml:2:22: expected 64 hexadecimal digits after \"sha256:\"");
  EXPECT_EQ(error("tokens:\n  - {name: a, token: 0123456789abcdef}\nother: 1\n"),
            "t.yaml:3:1: expected nothing but \"tokens\" and \"anonymous\"");
  for (const std::string value : {"read", "{}", "{override: true}", "{flag_sets: [a], override: true}"}) {
    EXPECT_EQ(error("tokens:\n  - {name: a, token: 0123456789abcdef}\nanonymous: " + value + "\n"),
              "t.yaml:3:12: expected true, false or {flag_sets: [ID, ...]}");
  }
}

TEST(RateLimit, GivesEachCallerTheirOwnShare) {
  const Caller a{.name = "a", .sets = {}, .ticket = ""}, b{.name = "b", .sets = {}, .ticket = ""};
  RateLimit limit(2);
  base::SteadyTime now{};
  EXPECT_TRUE(limit.take(a, "10.0.0.1", now));
  EXPECT_TRUE(limit.take(a, "10.0.0.1", now));
  EXPECT_FALSE(limit.take(a, "10.0.0.1", now));
  EXPECT_TRUE(limit.take(b, "10.0.0.1", now));
  now += std::chrono::milliseconds{500};
  EXPECT_TRUE(limit.take(a, "10.0.0.1", now));
  EXPECT_FALSE(limit.take(a, "10.0.0.1", now));
  const Caller anybody;
  EXPECT_TRUE(limit.take(anybody, "10.0.0.1", now));
  EXPECT_TRUE(limit.take(anybody, "10.0.0.1", now));
  EXPECT_FALSE(limit.take(anybody, "10.0.0.1", now));
  EXPECT_TRUE(limit.take(anybody, "10.0.0.2", now)) << "where there are no tokens, by the address";
  for (int i = 0; i < 5000; ++i) {
    now += std::chrono::milliseconds{1};
    EXPECT_TRUE(limit.take(anybody, std::to_string(i), now));
  }
  RateLimit none(0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(none.take(a, "10.0.0.1", now));
}

}  // namespace
}  // namespace trunkline::flags
