#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/flags/system/agents_fixture.h"
#include "tests/support/raw_socket.h"

// An agent and a client in network namespaces of their own, whose link is cut without a word.
namespace trunkline::flags {
namespace {

class PartitionTest : public AgentsFixture {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "network namespaces need root";
    if (!ip({"netns", "add", kName})) GTEST_SKIP() << "network namespaces cannot be made here";
    ASSERT_TRUE(ip({"link", "add", kOurs, "type", "veth", "peer", "name", kTheirs, "netns", kName}));
    ASSERT_TRUE(ip({"addr", "add", "10.213.77.1/30", "dev", kOurs}));
    ASSERT_TRUE(ip({"link", "set", kOurs, "up"}));
    ASSERT_TRUE(ip({"-n", kName, "addr", "add", "10.213.77.2/30", "dev", kTheirs}));
    ASSERT_TRUE(ip({"-n", kName, "link", "set", kTheirs, "up"}));
    ASSERT_TRUE(ip({"-n", kName, "link", "set", "lo", "up"}));
  }
  void TearDown() override {
    ip({"link", "del", kOurs});
    ip({"netns", "del", kName});
  }
  static bool ip(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ip");
    const auto output = base::run_process({.argv = arguments}, std::chrono::seconds{10});
    return output && output->status.ok();
  }

  const std::string kName = "tl-part-" + std::to_string(getpid());
  const std::string kOurs = "tlp" + std::to_string(getpid() % 100'000) + "a";
  const std::string kTheirs = "tlp" + std::to_string(getpid() % 100'000) + "b";
};

TEST_F(PartitionTest, LetsGoOfAStreamWhoseClientIsSilentForHalfAMinute) {
  write(flags_with("x"));
  base::ServerProcess agent({"ip", "netns", "exec", kName, TRUNKLINE_BIN_DIR "/flag-agent", "--listen", "10.213.77.2:0",
                             "--source", "file:" + path("flags.json")});
  ASSERT_NE(agent.address(), "") << agent.output();
  base::RawSocket client(agent.address());
  client.send("GET /ofrep/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_THAT(client.read_until("refetchEvaluation"), testing::HasSubstr("refetchEvaluation"));
  const auto streams = [&] {
    const auto curl = base::run_process(
        {.argv = {"ip", "netns", "exec", kName, "curl", "-sS", "http://" + agent.address() + "/metrics"}},
        std::chrono::seconds{10});
    const std::string_view name = "flag_agent_clients{kind=\"sse\"} ";
    const size_t at = curl->out.find(name);
    return at == std::string::npos ? std::string("?") : curl->out.substr(at + name.size(), 1);
  };
  ASSERT_EQ(streams(), "1");
  ASSERT_TRUE(ip({"link", "set", kOurs, "down"}));
  // A heartbeat after 15 s at the latest, which nobody confirms for 30 s.
  EXPECT_TRUE(soon([&] { return streams() == "0"; }, base::Millis{70'000}));
}

}  // namespace
}  // namespace trunkline::flags
