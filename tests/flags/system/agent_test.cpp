#include "flags/client/client.h"
#include "tests/flags/system/agents_fixture.h"

// The real flag-agent on a real git repository, read by the real client.
namespace trunkline::flags {
namespace {

using base::Millis;

std::string status_with(const std::string& variant) {
  return R"({"flags": {"redirect-status": {"state": "ENABLED", "variants": {"temporary": 302, "permanent": 301},
             "defaultVariant": ")" +
         variant + "\"}}}";
}

class AgentTest : public AgentsFixture {
 protected:
  std::vector<std::string> on_git() {
    return {"--source", "git:" + repo() + "#main:flags/flags.json", "--cache-dir", path("cache"), "--poll-interval",
            "100ms"};
  }
  // "STATUS BODY"
  std::string get(const Agent& agent, const std::string& target) {
    const base::Response answer = send(agent, target);
    return std::to_string(answer.status) + " " + answer.body;
  }
  bool serves(const Agent& agent, const std::string& text) {
    return soon([&] { return get(agent, "/v1/flagset").find(text) != std::string::npos; });
  }
};

TEST_F(AgentTest, FollowsTheBranchWithinThePollInterval) {
  commit(status_with("temporary"));
  const Agent agent = start(on_git());
  ASSERT_TRUE(serves(agent, "\"temporary\"}"));
  EXPECT_EQ(get(agent, "/readyz").substr(0, 3), "200");
  const auto before = std::chrono::steady_clock::now();
  commit(status_with("permanent"));
  ASSERT_TRUE(serves(agent, "\"permanent\"}"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{5});
}

TEST_F(AgentTest, KeepsTheLastGoodSetAfterABrokenCommit) {
  commit(status_with("temporary"));
  const Agent agent = start(on_git());
  ASSERT_TRUE(serves(agent, "\"temporary\"}"));
  commit("{broken");
  ASSERT_TRUE(soon([&] { return get(agent, "/metrics").find("main:flags/flags.json\"} 0\n") != std::string::npos; }));
  EXPECT_TRUE(serves(agent, "\"temporary\"}"));
  EXPECT_EQ(get(agent, "/readyz").substr(0, 3), "200");
  commit(status_with("permanent"));
  EXPECT_TRUE(serves(agent, "\"permanent\"}"));
}

TEST_F(AgentTest, OutlivesItsSourceAndStartsFromDiskWithoutIt) {
  commit(status_with("permanent"));
  {
    const Agent agent = start(on_git());
    ASSERT_TRUE(serves(agent, "\"permanent\"}"));
    std::filesystem::remove_all(repo());
    ASSERT_TRUE(soon([&] { return get(agent, "/metrics").find("main:flags/flags.json\"} 0\n") != std::string::npos; }));
    EXPECT_TRUE(serves(agent, "\"permanent\"}"));
  }
  const Agent again = start(on_git());
  EXPECT_TRUE(serves(again, "\"permanent\"}"));
  EXPECT_EQ(get(again, "/readyz").substr(0, 3), "200");
}

TEST_F(AgentTest, StartsWithoutAnythingAndBecomesReadyWhenTheSourceComes) {
  const Agent agent = start(on_git());
  EXPECT_TRUE(soon([&] { return get(agent, "/readyz").find("no flags yet from git:") != std::string::npos; }));
  EXPECT_EQ(get(agent, "/v1/flagset").substr(0, 3), "503");
  commit(status_with("permanent"));
  EXPECT_TRUE(serves(agent, "\"permanent\"}"));
}

TEST_F(AgentTest, FollowsAFile) {
  ASSERT_TRUE(base::write_file_atomically(path("f.yaml"), "flags: {}\n"));
  const Agent agent = start({"--source", "file:" + path("f.yaml")});
  ASSERT_TRUE(serves(agent, "200 {\"flags\":{}}"));
  ASSERT_TRUE(base::write_file_atomically(path("f.yaml"), status_with("permanent")));
  EXPECT_TRUE(serves(agent, "\"permanent\"}"));
}

TEST_F(AgentTest, RefusesWrongOptionsWithExitCode2) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--source", "ftp:x"},
                                                {"--sauce", "file:x"},
                                                {},
                                                {"--source", "file:x", "--listen", "nonsense"}}) {
    std::vector<std::string> argv = wrong;
    argv.insert(argv.begin(), TRUNKLINE_BIN_DIR "/flag-agent");
    const auto output = base::run_process({.argv = argv}, std::chrono::seconds{10}).value();
    EXPECT_EQ(output.status.code, 2) << output.err;
    EXPECT_TRUE(output.err.starts_with("flag-agent: error: ")) << output.err;
    EXPECT_EQ(output.out, "");
  }
}

TEST_F(AgentTest, GivesTheClientItsFlagsAndItsChanges) {
  commit(status_with("temporary"));
  const std::unique_ptr<Client> early = Client::start({.agent_url = "http://127.0.0.1:1", .poll_interval = Millis{50}});
  EXPECT_EQ(early->get_int("redirect-status", {}, 307), 307) << "the code's default without an agent";
  EXPECT_EQ(early->int_details("redirect-status", {}, 307).error_code, ErrorCode::provider_not_ready);
  std::unique_ptr<Client> client;
  {
    const Agent agent = start(on_git());
    client = Client::start({"http://" + agent->address(), Millis{50}, path("client.json")});
    ASSERT_TRUE(soon([&] { return client->get_int("redirect-status", {}, 307) == 302; }));
    EXPECT_TRUE(soon([&] { return client->state() == ClientState::ready; }));
    commit(status_with("permanent"));
    ASSERT_TRUE(soon([&] { return client->get_int("redirect-status", {}, 307) == 301; }));
    const auto details = client->int_details("redirect-status", {}, 307);
    EXPECT_EQ(details.variant, "permanent");
    EXPECT_EQ(details.reason, Reason::statically);
    EXPECT_EQ(client->get_string("redirect-status", {}, "none"), "none") << "another type";
  }
  EXPECT_TRUE(soon([&] { return client->state() == ClientState::stale; }));
  EXPECT_EQ(client->get_int("redirect-status", {}, 307), 301);
  const auto next = Client::start({"http://127.0.0.1:1", Millis{50}, path("client.json")});
  EXPECT_EQ(next->get_int("redirect-status", {}, 307), 301) << "from disk, at once";
}

}  // namespace
}  // namespace trunkline::flags
