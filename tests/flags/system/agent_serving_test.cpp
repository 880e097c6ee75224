#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "base/core/text.h"
#include "flags/client/client.h"
#include "tests/flags/system/agents_fixture.h"
#include "tests/support/raw_socket.h"
#include "tests/support/ssh_server.h"

// What an agent serves, to whom and from where, with real sources and real clients.
namespace trunkline::flags {
namespace {

using base::Millis;
using testing::HasSubstr;
using testing::StartsWith;

class AgentServingTest : public AgentsFixture {};

TEST_F(AgentServingTest, ShowsAChangeOfAFileToAClientOfAChainedAgentAtOnce) {
  write(flags_with("x"));
  const Agent relay = start_on_file();
  ASSERT_TRUE(serves(relay, "x"));
  const Agent second = start({"--source", relay->url("/v1/flagset"), "--poll-interval", "1h"});
  ASSERT_TRUE(serves(second, "x"));
  const auto client = Client::start({.agent_url = "http://" + second->address()});
  ASSERT_TRUE(client->wait_until_ready(Millis{10'000}));
  write(flags_with("y"));
  EXPECT_TRUE(soon([&] { return client->get_int("a", {}, 0) == 2; }, Millis{5000}));
}

TEST_F(AgentServingTest, KeepsServingWhenTheAgentBeforeItIsGone) {
  write(flags_with("x"));
  Agent relay = start_on_file();
  const Agent second = start({"--source", relay->url("/v1/flagset"), "--poll-interval", "50ms"});
  ASSERT_TRUE(serves(second, "x"));
  relay.reset();
  ASSERT_TRUE(soon([&] { return send(second, "/readyz").body.find("sources_down") != std::string::npos; }));
  EXPECT_EQ(send(second, "/readyz").status, 200);
  EXPECT_EQ(variant(second), "x");
}

TEST_F(AgentServingTest, MergesItsSourcesInOrder) {
  commit(R"({"flags": {"a": {"state": "ENABLED", "variants": {"git": 1}, "defaultVariant": "git"},
                       "b": {"state": "ENABLED", "variants": {"git": 1}, "defaultVariant": "git"}}})");
  write(flags_with("y"));
  const Agent agent = start({"--source", "git:" + repo() + "#main:flags/flags.json", "--source",
                             "file:" + path("flags.json"), "--poll-interval", "50ms"});
  ASSERT_TRUE(serves(agent, "y"));
  EXPECT_THAT(send(agent, "/ofrep/v1/evaluate/flags/b", {.method = "POST"}).body, HasSubstr(R"("variant":"git")"));
  EXPECT_EQ(send(agent, "/v1/flagset").headers.find("Trunkline-Revision"), tip());
  std::filesystem::remove(path("flags.json"));
  ASSERT_TRUE(soon([&] { return send(agent, "/readyz").body.find("sources_down") != std::string::npos; }));
  EXPECT_EQ(variant(agent), "y") << "the last good flags of the lost source";
}

TEST_F(AgentServingTest, FetchesOverSshAtOnceWhenAGitHostCallsTheHook) {
  commit(flags_with("x"));
  const base::SshServer ssh;
  ASSERT_TRUE(base::write_file_atomically(path("secret"), "hook-secret\n"));
  const Agent agent = start({"--source", "git:" + ssh.url(repo()) + "#main:flags/flags.json", "--poll-interval", "1h",
                             "--cache-dir", path("cache"), "--hook-secret-file", path("secret")},
                            ssh.environment());
  ASSERT_TRUE(serves(agent, "x")) << agent->output() << ssh.log();
  commit(flags_with("y"));
  EXPECT_EQ(send(agent, "/hooks/refresh", {.method = "POST"}).status, 401);
  EXPECT_EQ(variant(agent), "x");
  EXPECT_EQ(
      send(agent, "/hooks/refresh", {.method = "POST", .headers = {{"Authorization", "Bearer hook-secret"}}}).status,
      202);
  EXPECT_TRUE(serves(agent, "y")) << agent->output();
  EXPECT_EQ(agent->output().find("hook-secret"), std::string::npos);
}

// An https server of OpenSSL's with a certificate of the test's own.
class TlsServer {
 public:
  explicit TlsServer(const std::filesystem::path& folder) : folder_(folder), address_(base::RawListener().address()) {
    const auto made =
        base::run_process({.argv = {"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                                    "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                                    (folder / "key.pem").string(), "-out", certificate()}},
                          std::chrono::seconds{30});
    EXPECT_TRUE(made && made->status.ok());
    const base::Descriptor output{open((folder / "tls.out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    process_.emplace(base::Child::start({.argv = {"openssl", "s_server", "-HTTP", "-accept", address_, "-cert",
                                                  certificate(), "-key", (folder / "key.pem").string()},
                                         .folder = folder},
                                        output)
                         .value());
  }
  ~TlsServer() {
    process_->signal_group(SIGKILL);
    soon([&] { return process_->poll().has_value(); });
  }
  std::string certificate() const { return (folder_ / "cert.pem").string(); }
  std::string url(const std::string& file) const { return "https://" + address_ + "/" + file; }

 private:
  std::filesystem::path folder_;
  std::string address_;
  std::optional<base::Child> process_;
};

TEST_F(AgentServingTest, BelievesAnHttpsSourceOnlyByItsCertificate) {
  const std::string body = flags_with("y");
  ASSERT_TRUE(base::write_file_atomically(path("flags.http"),
                                          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                                          "Content-Length: " +
                                              std::to_string(body.size()) + "\r\n\r\n" + body));
  const TlsServer server(folder_.path());
  const std::vector<std::string> source = {"--source", server.url("flags.http"), "--poll-interval", "100ms"};
  const Agent trusting = start(source, {{"SSL_CERT_FILE", server.certificate()}});
  EXPECT_TRUE(serves(trusting, "y")) << trusting->output();
  const Agent doubting = start(source);
  EXPECT_TRUE(soon([&] {
    return send(doubting, "/readyz").body.find("certificate verify failed") != std::string::npos;
  })) << send(doubting, "/readyz").body;
  EXPECT_EQ(variant(doubting), "");
}

TEST_F(AgentServingTest, FollowsAHundredRapidCommitsAndIsNeverWithoutFlags) {
  commit(flags_with("x"));
  const Agent agent = start(
      {"--source", "git:" + repo() + "#main:flags/flags.json", "--poll-interval", "50ms", "--cache-dir", path("c")});
  ASSERT_TRUE(serves(agent, "x"));
  for (int i = 0; i < 100; ++i) {
    commit(flags_with(i % 2 == 0 ? "y" : "x"));
    ASSERT_NE(variant(agent), "") << "after commit " << i;
  }
  commit(flags_with("z"));
  EXPECT_TRUE(serves(agent, "z"));
  EXPECT_EQ(send(agent, "/v1/flagset").headers.find("Trunkline-Revision"), tip());
}

// The agent is killed while it writes its cache over and over. Whatever is left starts the next one.
TEST_F(AgentServingTest, StartsFromItsCacheHoweverItWasKilled) {
  write(flags_with("x"));
  for (int round = 0; round < 12; ++round) {
    Agent agent = start_on_file({"--cache-dir", path("cache")});
    ASSERT_TRUE(soon([&] { return variant(agent) != ""; }));
    const auto end = std::chrono::steady_clock::now() + Millis{20 + round * 7};
    for (int i = 0; std::chrono::steady_clock::now() < end; ++i) write(flags_with(i % 2 == 0 ? "y" : "z"));
    agent->signal(SIGKILL);
    ASSERT_TRUE(agent->wait());
    std::filesystem::rename(path("flags.json"), path("away.json"));
    const Agent next = start_on_file({"--cache-dir", path("cache")});
    EXPECT_THAT(variant(next), testing::AnyOf("x", "y", "z")) << next->output();
    std::filesystem::rename(path("away.json"), path("flags.json"));
  }
}

TEST_F(AgentServingTest, ServesWithoutItsSourceForItsWholeLife) {
  write(flags_with("y"));
  {
    const Agent agent = start_on_file({"--cache-dir", path("cache")});
    ASSERT_TRUE(serves(agent, "y"));
  }
  std::filesystem::remove(path("flags.json"));
  const Agent agent = start_on_file({"--cache-dir", path("cache")});
  EXPECT_EQ(variant(agent), "y");
  EXPECT_EQ(send(agent, "/readyz").status, 200);
  EXPECT_THAT(send(agent, "/metrics").body, HasSubstr("flag_source_up{source=\"file:" + path("flags.json") + "\"} 0"));
  const auto status = run({"status", "--agents", "http://" + agent->address(), "--repo", ""});
  EXPECT_EQ(status.status.code, 1);
  EXPECT_THAT(status.out, HasSubstr("source down"));
}

TEST_F(AgentServingTest, ServesOnAUnixSocket) {
  write(flags_with("y"));
  const Agent agent = start_on_file({"--listen", "unix:" + path("agent.sock")});
  const auto curl = base::run_process({.argv = {"curl", "-sS", "--unix-socket", path("agent.sock"), "-X", "POST",
                                                "http://localhost/ofrep/v1/evaluate/flags/a"}},
                                      std::chrono::seconds{10});
  EXPECT_EQ(curl->out, R"({"key":"a","reason":"STATIC","variant":"y","value":2})");
  const auto client = Client::start({.agent_url = "unix:" + path("agent.sock") + ":"});
  EXPECT_TRUE(client->wait_until_ready(Millis{10'000}));
  EXPECT_EQ(client->get_int("a", {}, 0), 2);
}

TEST_F(AgentServingTest, AnswersWhatIsWrittenForTheAppConfigAgent) {
  write(flags_with("y"));
  const Agent agent = start_on_file({"--appconfig-listen", "127.0.0.1:0", "--appconfig-app", "shop"});
  std::string address;
  const std::string output = agent->output();
  for (const auto line : base::split(output, '\n')) {
    if (line.find("AppConfig") != std::string_view::npos)
      address = base::string_or(*base::parse_json(line), "listening");
  }
  const auto curl = [&](const std::string& target) {
    return base::run_process({.argv = {"curl", "-sS", "-w", " %{http_code}", "-H", "Context: country=CH",
                                       "http://" + address + "/applications/" + target}},
                             std::chrono::seconds{10})
        ->out;
  };
  EXPECT_EQ(curl("shop/environments/prod/configurations/main?flag=a"), R"({"enabled":true,"value":2} 200)");
  EXPECT_EQ(curl("shop/environments/prod/configurations/main"), R"({"a":{"enabled":true,"value":2}} 200)");
  EXPECT_THAT(curl("pub/environments/prod/configurations/main"), HasSubstr(" 404"));
}

TEST_F(AgentServingTest, LetsInByToken) {
  ASSERT_TRUE(base::write_file_atomically(path("tokens.yaml"), R"(tokens:
  - {name: web, token: web-token-0123456789, flag_sets: [web]}
)"));
  write(
      R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "defaultVariant": "x", "metadata": {"flagSetId": "web"}},
                      "b": {"state": "ENABLED", "variants": {"x": 1}, "defaultVariant": "x"}}})");
  const Agent agent = start_on_file({"--tokens", path("tokens.yaml")});
  EXPECT_EQ(variant(agent), "");
  const base::Header token{"Authorization", "Bearer web-token-0123456789"};
  EXPECT_TRUE(soon([&] { return variant(agent, {token}) == "x"; }));
  EXPECT_EQ(send(agent, "/v1/flagset").status, 401);
  EXPECT_EQ(send(agent, "/healthz").status, 200);
  EXPECT_EQ(send(agent, "/v1/flagset", {.headers = {token}}).body.find("\"b\""), std::string::npos);
  const auto client = Client::start({.agent_url = "http://" + agent->address(), .token = "web-token-0123456789"});
  EXPECT_TRUE(client->wait_until_ready(Millis{10'000}));
  const auto stranger = Client::start({.agent_url = "http://" + agent->address(), .token = "guess"});
  EXPECT_TRUE(soon([&] { return stranger->state() == ClientState::error; }));
  EXPECT_EQ(agent->output().find("web-token"), std::string::npos);

  // An agent behind this one has a token too.
  ASSERT_TRUE(base::write_file_atomically(path("token"), "web-token-0123456789\n"));
  const Agent second = start({"--source", agent->url("/v1/flagset"), "--source-token-file", path("token")});
  EXPECT_TRUE(serves(second, "x")) << second->output();
}

TEST_F(AgentServingTest, RefusesALargeBodyAndGoesOn) {
  write(flags_with("x"));
  const Agent agent = start_on_file();
  ASSERT_TRUE(serves(agent, "x"));
  base::RawSocket client(agent->address());
  client.send(
      "POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "2000000\r\n\r\n{");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(variant(agent), "x");
}

TEST_F(AgentServingTest, TellsAThousandStreamsAndStaysSmall) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  write(flags_with("x"));
  const Agent agent = start_on_file();
  ASSERT_TRUE(serves(agent, "x"));
  std::vector<std::unique_ptr<base::RawSocket>> streams;
  for (int i = 0; i < 1000; ++i) {
    streams.push_back(std::make_unique<base::RawSocket>(agent->address()));
    streams.back()->send("GET /ofrep/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  for (const auto& stream : streams)
    ASSERT_THAT(stream->read_until("refetchEvaluation"), HasSubstr("refetchEvaluation"));
  EXPECT_THAT(send(agent, "/metrics").body, HasSubstr("flag_agent_clients{kind=\"sse\"} 1000\n"));
  write(flags_with("y"));
  for (const auto& stream : streams)
    ASSERT_THAT(stream->read_until("refetchEvaluation"), HasSubstr("refetchEvaluation"));
  EXPECT_EQ(variant(agent), "y");
  const std::string status = base::read_file("/proc/" + std::to_string(agent->pid()) + "/status").value_or("");
  const size_t rss = status.find("VmRSS:");
  ASSERT_NE(rss, std::string::npos);
  EXPECT_LT(std::stol(status.substr(rss + 6)), 80'000) << "kB";
  streams.resize(10);
  EXPECT_TRUE(soon([&] { return send(agent, "/metrics").body.find("{kind=\"sse\"} 10\n") != std::string::npos; }));
}

TEST_F(AgentServingTest, ServesOthersWhileSomeTakeNothing) {
  std::string flags;
  for (int i = 0; i < 20'000; ++i) {
    flags += R"(,"flag-)" + std::to_string(i) +
             R"(": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"})";
  }
  write(R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "defaultVariant": "x"})" + flags + "}}");
  const Agent agent = start_on_file();
  ASSERT_TRUE(serves(agent, "x"));
  std::vector<std::unique_ptr<base::RawSocket>> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<base::RawSocket>(agent->address()));
    slow.back()->send(i % 2 == 0 ? "GET /v1/flagset HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                 : "POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: localhost\r\nContent-Le");
  }
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(variant(agent), "x");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
}

TEST_F(AgentServingTest, LetsGoOfAStreamWhoseClientSaysGoodbye) {
  write(flags_with("x"));
  const Agent agent = start_on_file();
  base::RawSocket client(agent->address());
  client.send("GET /ofrep/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.read_until("refetchEvaluation");
  client.end_sending();
  EXPECT_TRUE(soon([&] { return send(agent, "/metrics").body.find("{kind=\"sse\"} 0\n") != std::string::npos; }));
}

TEST_F(AgentServingTest, StopsAtOnceAndAnswersWhoWaits) {
  write(flags_with("x"));
  const Agent agent = start_on_file();
  ASSERT_TRUE(serves(agent, "x"));
  const std::string etag(*send(agent, "/v1/flagset").headers.find("ETag"));
  base::RawSocket waiting(agent->address());
  waiting.send("GET /v1/flagset HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\nIf-None-Match: " + etag + "\r\n\r\n");
  base::RawSocket stream(agent->address());
  stream.send("GET /ofrep/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  stream.read_until("refetchEvaluation");
  ASSERT_TRUE(soon([&] { return send(agent, "/metrics").body.find("{kind=\"long_poll\"} 1\n") != std::string::npos; }));
  const auto start = std::chrono::steady_clock::now();
  agent->signal(SIGTERM);
  EXPECT_EQ(agent->wait(), (base::ExitStatus{0, 0}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{3});
  EXPECT_THAT(waiting.read_all(), StartsWith("HTTP/1.1 304 "));
  EXPECT_THAT(stream.read_all(), testing::EndsWith("0\r\n\r\n"));
}

TEST_F(AgentServingTest, RefusesWrongOptionsAndFilesBeforeItListens) {
  write(flags_with("x"));
  ASSERT_TRUE(base::write_file_atomically(path("bad.yaml"), "tokens:\n  - name: a\n    token: short\n"));
  const std::string source = "file:" + path("flags.json");
  const auto refusal = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {TRUNKLINE_BIN_DIR "/flag-agent", "--source", source});
    const auto output = base::run_process({.argv = arguments}, std::chrono::seconds{10}).value();
    EXPECT_EQ(output.out, "");
    return std::to_string(output.status.code) + " " + output.err;
  };
  EXPECT_EQ(refusal({"--tokens", path("bad.yaml")}),
            "2 flag-agent: error: " + path("bad.yaml") + ":3:12: a token has 16 characters or more\n");
  EXPECT_EQ(refusal({"--static-context", "x"}),
            "2 flag-agent: error: --static-context: expected KEY=VALUE, got \"x\"\n");
  EXPECT_EQ(refusal({"--source-token-file", path("flags.json")}),
            "2 flag-agent: error: --source-token-file: there is no such http source\n");
  EXPECT_EQ(refusal({"--source", source}), "2 flag-agent: error: --source " + source + " stands there twice\n");
  EXPECT_EQ(refusal({"--appconfig-app", "x"}),
            "2 flag-agent: error: --appconfig-app and --appconfig-env need --appconfig-listen\n");
  EXPECT_EQ(refusal({"--hook-secret-file", path("none")}).substr(0, 28),
            "1 flag-agent: error: read " + path("none").substr(0, 2));
}

}  // namespace
}  // namespace trunkline::flags
