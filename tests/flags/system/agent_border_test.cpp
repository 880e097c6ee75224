#include <gmock/gmock.h>

#include "tests/flags/system/agents_fixture.h"
#include "tests/support/raw_socket.h"

// What an agent believes of a request, and whom it lets ask.
namespace trunkline::flags {
namespace {

using testing::HasSubstr;

constexpr std::string_view kTokens =
    "tokens:\n"
    "  - name: ops\n    token: ops-token-0123456789\n    override: true\n";

class AgentBorderTest : public AgentsFixture {
 protected:
  void SetUp() override {
    AgentsFixture::SetUp();
    write(R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1, "admin": 2}, "defaultVariant": "x",
                              "targeting": {"if": [{"==": [{"var": "user"}, "root"]}, "admin"]}}}})");
    ASSERT_TRUE(base::write_file_atomically(path("tokens.yaml"), kTokens));
  }
  static std::string exchange(const Agent& agent, const std::string& request) {
    base::RawSocket client(agent->address());
    client.send(request);
    return client.read_all();
  }
};

TEST_F(AgentBorderTest, TakesNoHeaderFieldFromATrailer) {
  const Agent agent = start_on_file({"--tokens", path("tokens.yaml"), "--context-from-header", "X-User=user"});
  const auto ask = [&](const std::string& line, const std::string& header, const std::string& trailer) {
    return exchange(agent, line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n" +
                               header + "\r\n0\r\n" + trailer + "\r\n");
  };
  const std::string evaluate = "POST /ofrep/v1/evaluate/flags/a";
  const std::string token = "Authorization: Bearer ops-token-0123456789\r\n";
  ASSERT_TRUE(base::soon([&] { return ask(evaluate, token, "").find("200 OK") != std::string::npos; }));
  EXPECT_THAT(ask(evaluate, token + "X-User: root\r\n", ""), HasSubstr("\"admin\""));
  EXPECT_THAT(ask(evaluate, token, "X-User: root\r\n"), HasSubstr("\"x\""));
  EXPECT_THAT(ask("GET /v1/status", "", token), HasSubstr("401 Unauthorized"));
  EXPECT_THAT(ask("PUT /v1/overrides/a", "", token), HasSubstr("401 Unauthorized"));
  EXPECT_THAT(ask("POST /ofrep/v1/evaluate/flags", token, "Host: evil.example\r\n"), HasSubstr("http://x/ofrep"));
}

TEST_F(AgentBorderTest, LetsGoOfLongPollsWhoseClientsAreGone) {
  const Agent agent = start_on_file();
  ASSERT_TRUE(serves(agent, "x"));
  const std::string etag(*send(agent, "/v1/flagset").headers.find("ETag"));
  const auto count = [&] {
    const auto folder = std::filesystem::directory_iterator("/proc/" + std::to_string(agent->pid()) + "/fd");
    return std::distance(begin(folder), end(folder));
  };
  const auto shows = [&](int waiting) {
    return soon([&] {
      return send(agent, "/metrics").body.find("{kind=\"long_poll\"} " + std::to_string(waiting) + "\n") !=
             std::string::npos;
    });
  };
  const auto before = count();
  {
    std::vector<std::unique_ptr<base::RawSocket>> clients;
    for (int i = 0; i < 300; ++i) {
      clients.push_back(std::make_unique<base::RawSocket>(agent->address()));
      clients.back()->send("GET /v1/flagset HTTP/1.1\r\nHost: x\r\nPrefer: wait=60\r\nIf-None-Match: " + etag +
                           "\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n");
    }
    ASSERT_TRUE(shows(300));
    EXPECT_GE(count(), before + 300);
  }
  EXPECT_TRUE(shows(0));
  EXPECT_TRUE(soon([&] { return count() <= before + 2; }));
}

}  // namespace
}  // namespace trunkline::flags
