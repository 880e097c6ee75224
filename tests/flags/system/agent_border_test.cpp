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

// The status of a request with that Host; no field for nullopt.
int status_with(const base::RawSocket& made, const std::optional<std::string>& host) {
  auto& client = const_cast<base::RawSocket&>(made);
  client.send("GET /healthz HTTP/1.0\r\n" + (host ? "Host: " + *host + "\r\n" : "") + "\r\n");
  const std::string answer = client.read_all();
  return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

TEST_F(AgentBorderTest, IsAskedByNoNameThatALookupDecides) {
  const Agent open = start_on_file({"--allow-host", "flags.test"});
  const Agent guarded = start_on_file({"--tokens", path("tokens.yaml")});
  for (const char* host : {"", "localhost", "localhost:1", "LOCALHOST", "127.0.0.1:8016", "10.0.0.1", "[::1]",
                           "[::1]:8016", "flags.test", "flags.test:80", "Flags.Test"}) {
    EXPECT_EQ(status_with(base::RawSocket(open->address()), host), 200) << host;
  }
  for (const char* host : {"evil.example", "evil.example:8016", "localhost.", "localhost.evil.example",
                           "127.0.0.1.evil.example", "x.flags.test", "localhost@evil"}) {
    EXPECT_NE(status_with(base::RawSocket(open->address()), host), 200) << host;
    if (std::string_view(host).find('@') != std::string_view::npos) continue;
    EXPECT_EQ(status_with(base::RawSocket(open->address()), host), 403) << host;
    EXPECT_EQ(status_with(base::RawSocket(guarded->address()), host), 200) << host;
  }
  EXPECT_EQ(status_with(base::RawSocket(open->address()), std::nullopt), 200);
  EXPECT_THAT(
      exchange(open, "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
      HasSubstr("403 Forbidden"));
  EXPECT_THAT(send(open, "/metrics").body, HasSubstr("route=\"refused\",status=\"403\""));
}

TEST_F(AgentBorderTest, LooksAtTheHostOnItsOtherListenerTooAndOnNoSocketFile) {
  const Agent agent = start_on_file({"--listen", "unix:" + path("a.sock"), "--appconfig-listen", "127.0.0.1:0"});
  const auto curl = [&](std::vector<std::string> more) {
    std::vector<std::string> argv = {"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H"};
    argv.insert(argv.end(), more.begin(), more.end());
    return base::run_process({.argv = argv}, base::Millis(10'000))->out;
  };
  EXPECT_EQ(curl({"Host: evil.example", "--unix-socket", path("a.sock"), "http://x/healthz"}), "200");
  constexpr std::string_view kListening = R"("listening":"127.0.0.1:)";
  std::string output;
  ASSERT_TRUE(soon([&] { return (output = agent->output()).rfind(kListening) != std::string::npos; }));
  const std::string port = output.substr(output.rfind(kListening) + kListening.size());
  const std::string url = "http://127.0.0.1:" + port.substr(0, port.find('"')) + "/healthz";
  EXPECT_EQ(curl({"Host: evil.example", url}), "403");
  EXPECT_EQ(curl({"Host: localhost", url}), "200");
}

TEST_F(AgentBorderTest, NamesFlagsAndSourcesToNobodyWithoutAToken) {
  ASSERT_TRUE(base::write_file_atomically(path("tokens.yaml"), std::string(kTokens) +
                                                                   "  - name: web\n    token: web-token-0123456789\n"
                                                                   "    flag_sets: [web]\n"));
  const Agent agent = start_on_file({"--tokens", path("tokens.yaml"), "--metrics-listen", "127.0.0.1:0"});
  const base::Headers ops{{"Authorization", "Bearer ops-token-0123456789"}};
  const base::Headers web{{"Authorization", "Bearer web-token-0123456789"}};
  ASSERT_TRUE(soon([&] { return send(agent, "/readyz").status == 200; }));
  EXPECT_EQ(send(agent, "/v1/overrides/a", {"PUT", "/", ops, R"({"variant":"admin","ttl_seconds":600})"}).status, 200);
  EXPECT_EQ(send(agent, "/readyz").body, R"({"status":"ready"})");
  EXPECT_EQ(send(agent, "/readyz", {.headers = web}).body, R"({"status":"ready"})");
  EXPECT_THAT(send(agent, "/readyz", {.headers = ops}).body, HasSubstr("overrides"));
  for (const base::Headers& headers : {base::Headers{}, web, base::Headers{{"Authorization", "Bearer wrong"}}}) {
    EXPECT_EQ(send(agent, "/metrics", {.headers = headers}).status, 401);
  }
  EXPECT_THAT(send(agent, "/metrics", {.headers = ops}).body, HasSubstr("flag_override_active{flag=\"a\""));
  EXPECT_EQ(send(agent, "/healthz").status, 200);

  constexpr std::string_view kListening = R"("listening":"127.0.0.1:)";
  const std::string output = agent->output();
  const std::string port = output.substr(output.find(kListening, output.find("serving metrics")) + kListening.size());
  const std::string open = "http://127.0.0.1:" + port.substr(0, port.find('"'));
  const auto get = [&](const std::string& target) { return base::get(*http_, open + target).value(); };
  ASSERT_NE(open, agent->url(""));
  EXPECT_THAT(get("/metrics").body, HasSubstr("flag_override_active{flag=\"a\""));
  EXPECT_THAT(get("/readyz").body, HasSubstr("overrides"));
  for (const char* target : {"/v1/flagset", "/v1/status", "/ofrep/v1/events"}) EXPECT_EQ(get(target).status, 404);
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
      clients.back()->send("GET /v1/flagset HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\nIf-None-Match: " + etag +
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
