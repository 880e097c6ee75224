#include <csignal>
#include <fstream>
#include <gmock/gmock.h>

#include "flags/client/client.h"
#include "tests/flags/system/agents_fixture.h"

// The kill switch that needs no git: real flagctl, real agents, a real client.
namespace trunkline::flags {
namespace {

using base::Millis;
using testing::HasSubstr;

class OverrideTest : public AgentsFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(base::write_file_atomically(path("tokens.yaml"), R"(tokens:
  - {name: ops, token: ops-token-0123456789, override: true}
  - {name: web, token: web-token-0123456789}
)"));
    ASSERT_TRUE(base::write_file_atomically(path("ops.token"), "ops-token-0123456789\n"));
    ASSERT_TRUE(base::write_file_atomically(path("web.token"), "web-token-0123456789\n"));
    commit(flags_with("x"));
    environment_["TRUNKLINE_AGENT_TOKEN_FILE"] = path("ops.token");
  }
  Agent start_guarded(const std::string& name, const std::string& listen = "127.0.0.1:0") {
    return start({"--source", "git:" + repo() + "#main:flags/flags.json", "--poll-interval", "100ms", "--cache-dir",
                  path(name), "--tokens", path("tokens.yaml"), "--listen", listen});
  }
  std::string at(const Agent& agent) { return "http://" + agent->address(); }
  std::string guarded_variant(const Agent& agent) {
    return variant(agent, {{"Authorization", "Bearer web-token-0123456789"}});
  }
};

TEST_F(OverrideTest, IsInForceOnAllAgentsWithinTwoSecondsAndEndsByItself) {
  const Agent first = start_guarded("c1"), second = start_guarded("c2");
  ASSERT_TRUE(soon([&] { return guarded_variant(first) == "x" && guarded_variant(second) == "x"; }));
  const auto client = Client::start({.agent_url = at(first), .token = "web-token-0123456789"});
  ASSERT_TRUE(client->wait_until_ready(Millis{10'000}));

  const auto start = std::chrono::steady_clock::now();
  const std::string said =
      out({"override", "a", "z", "--ttl", "4s", "--reason", "errors rise", "--agents", at(first), at(second)});
  EXPECT_THAT(said, HasSubstr(at(first) + ": a: z until 20"));
  EXPECT_THAT(said, HasSubstr("flagctl target a --clear && flagctl set a z"));
  EXPECT_EQ(guarded_variant(first), "z");
  EXPECT_EQ(guarded_variant(second), "z");
  EXPECT_TRUE(soon([&] { return client->get_int("a", {}, 0) == 3; }, Millis{2000}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{2});

  const std::string status = out({"status", "--agents", at(first), at(second)});
  EXPECT_THAT(status, HasSubstr("override a = z for "));
  EXPECT_THAT(status, HasSubstr("more, by ops: errors rise"));
  const base::Request asked{.headers = {{"Authorization", "Bearer ops-token-0123456789"}}};
  EXPECT_THAT(send(first, "/readyz", asked).body, HasSubstr(R"("overrides":[{"flag":"a","variant":"z")"));
  EXPECT_THAT(send(first, "/metrics", asked).body, HasSubstr(R"(flag_override_active{flag="a",variant="z"} 1)"));

  EXPECT_TRUE(soon([&] { return client->get_int("a", {}, 0) == 1; }, Millis{8000}));
  EXPECT_TRUE(soon([&] { return send(first, "/readyz", asked).body == R"({"status":"ready"})"; }));
  EXPECT_EQ(tip(), base::Repository::open(repo())->tip("main").value()) << "git saw nothing of it";
}

TEST_F(OverrideTest, SurvivesTheDeathOfItsAgent) {
  Agent agent = start_guarded("c1");
  ASSERT_TRUE(soon([&] { return guarded_variant(agent) == "x"; }));
  out({"override", "a", "y", "--ttl", "10m", "--agents", at(agent)});
  agent->signal(SIGKILL);
  ASSERT_TRUE(agent->wait());
  agent = start_guarded("c1");
  EXPECT_TRUE(soon([&] { return guarded_variant(agent) == "y"; }));
  EXPECT_EQ(out({"override", "a", "--end", "--agents", at(agent)}), at(agent) + ": a: ended\n");
  EXPECT_EQ(guarded_variant(agent), "x");
}

TEST_F(OverrideTest, IsCommittedOnRequest) {
  const Agent agent = start_guarded("c1");
  ASSERT_TRUE(soon([&] { return guarded_variant(agent) == "x"; }));
  out({"override", "a", "y", "--ttl", "10m", "--agents", at(agent), "--commit", "--ticket", "OPS-1"});
  EXPECT_THAT(file(), HasSubstr(R"("defaultVariant": "y")"));
  EXPECT_THAT(out({"log", "a"}), HasSubstr("OPS-1"));
}

TEST_F(OverrideTest, SaysWhichAgentsDidNotTakeIt) {
  const Agent agent = start_guarded("c1");
  ASSERT_TRUE(soon([&] { return guarded_variant(agent) == "x"; }));
  const auto partly = run({"override", "a", "y", "--ttl", "1m", "--agents", at(agent) + ",http://127.0.0.1:1"});
  EXPECT_EQ(partly.status.code, 1);
  EXPECT_THAT(partly.err, HasSubstr("1 of 2 agents did not take it"));
  EXPECT_THAT(run({"override", "a", "off", "--ttl", "1m", "--agents", at(agent)}).out,
              HasSubstr("no variant \"off\", but x, y, z"))
      << "a variant may be called as a command is";
  const auto unknown = run({"override", "nope", "y", "--ttl", "1m", "--agents", at(agent)});
  EXPECT_THAT(unknown.out, HasSubstr("there is no flag \"nope\""));
  environment_["TRUNKLINE_AGENT_TOKEN_FILE"] = path("web.token");
  const auto denied = run({"override", "a", "y", "--ttl", "1m", "--json", "--agents", at(agent)});
  EXPECT_EQ(denied.status.code, 1);
  EXPECT_THAT(denied.out, HasSubstr("needs a token"));
  EXPECT_EQ(run({"override", "a", "y", "--agents", at(agent)}).status.code, 2) << "for how long?";
  EXPECT_EQ(run({"override", "a", "y", "--ttl", "1m"}).status.code, 2) << "where?";
}

TEST_F(OverrideTest, StaleListsWhatNoAgentWasAskedFor) {
  const Agent agent = start_guarded("c1");
  ASSERT_TRUE(soon([&] { return send(agent, "/readyz").status == 200; }));
  EXPECT_THAT(out({"stale", "--agents", at(agent)}), HasSubstr("1 agent was not asked for it since 20"));
  ASSERT_EQ(guarded_variant(agent), "x");
  EXPECT_EQ(out({"stale", "--agents", at(agent)}).find("not asked"), std::string::npos);
  EXPECT_EQ(run({"stale", "--agents", at(agent), "http://127.0.0.1:1"}).status.code, 1)
      << "who knows what that one was";
}

TEST_F(OverrideTest, StatusComparesTheAgentsWithTheRepository) {
  const Agent agent = start_guarded("c1");
  ASSERT_TRUE(soon([&] { return guarded_variant(agent) == "x"; }));
  EXPECT_THAT(out({"status", "--agents", at(agent)}), HasSubstr(tip().substr(0, 12) + "\n"));
  const auto json = base::parse_json(out({"status", "--json", "--agents", at(agent)})).value();
  EXPECT_EQ(base::string_or(json, "commit"), tip());
  EXPECT_EQ(base::string_or(json.at("agents").at(0), "health"), "ok");
  EXPECT_EQ(base::string_or(json.at("agents").at(0).at("status"), "revision"), tip());
  environment_["TRUNKLINE_AGENT_TOKEN_FILE"] = path("wrong.token");
  std::ofstream(path("wrong.token")) << "no-such-token-0123456789";
  const auto refused = run({"status", "--agents", at(agent)});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("refused"));
  EXPECT_THAT(refused.out, HasSubstr("the agent answered 401: it wants a token (--token-file)"));
  const auto gone = run({"status", "--agents", "http://127.0.0.1:1"});
  EXPECT_EQ(gone.status.code, 1);
  EXPECT_THAT(gone.out, HasSubstr("unreachable"));
}

}  // namespace
}  // namespace trunkline::flags
