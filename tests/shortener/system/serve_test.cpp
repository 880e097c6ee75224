#include <atomic>
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "base/core/json.h"
#include "base/http/client.h"
#include "shortener/store/link_store.h"
#include "tests/support/raw_socket.h"
#include "tests/support/server_process.h"

namespace trunkline::shortener {
namespace {

using base::Millis;
using base::ServerProcess;
using testing::HasSubstr;

const std::string kShortener = TRUNKLINE_BIN_DIR "/shortener";

struct ServeTest : testing::Test {
  base::TempFolder folder = std::move(*base::TempFolder::make("serve"));
  std::string store = "sqlite:" + (folder.path() / "links.db").string();
  std::unique_ptr<base::HttpClient> client = base::make_http_client();

  std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> argv = {kShortener, "serve", "--listen", "127.0.0.1:0", "--store", store, "--open"};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  base::Response get(const ServerProcess& server, const std::string& target) {
    const auto answer = base::get(*client, server.url(target));
    EXPECT_TRUE(answer) << to_string(answer.error());
    return answer.value_or(base::Response{.status = 0});
  }
  base::Response create(const ServerProcess& server, const std::string& body, base::Headers headers = {}) {
    headers.add("Content-Type", "application/json");
    const auto answer =
        client->send(server.url("/api/v1/links"), {.method = "POST", .headers = std::move(headers), .body = body});
    EXPECT_TRUE(answer) << to_string(answer.error());
    return answer.value_or(base::Response{.status = 0});
  }
  // Waits until `done`, at most five seconds.
  template <typename Condition>
  static bool eventually(Condition done) {
    const auto end = std::chrono::steady_clock::now() + Millis(5000);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(Millis(10));
    }
    return true;
  }
};

TEST_F(ServeTest, KeepsItsLinksOverARestart) {
  std::string code;
  {
    ServerProcess server(command());
    ASSERT_NE(server.address(), "") << server.output();
    const base::Response created = create(server, R"({"url":"https://example.org/x?y=\"z\""})");
    ASSERT_EQ(created.status, 201) << created.body;
    code = base::string_or(*base::parse_json(created.body), "code");
    EXPECT_EQ(get(server, "/" + code).status, 302);
    EXPECT_EQ(get(server, "/nothing").status, 404);
    server.signal(SIGKILL);
    server.wait();
  }
  ServerProcess server(command());
  const base::Response found = get(server, "/" + code);
  EXPECT_EQ(found.status, 302);
  EXPECT_EQ(found.headers.find("Location"), "https://example.org/x?y=\"z\"");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), base::ExitStatus{});
}

TEST_F(ServeTest, TellsWhatItIs) {
  const ServerProcess server(command(), {{"TRUNKLINE_VERSION", "2026.11.22-1-gabc"}, {"TRUNKLINE_COMMIT", "abc"}});
  EXPECT_EQ(get(server, "/version").body, R"({"version":"2026.11.22-1-gabc","commit":"abc"})");
  EXPECT_EQ(get(server, "/readyz").status, 200);
  EXPECT_EQ(get(server, "/healthz").status, 200);
  get(server, "/nothing");
  EXPECT_THAT(
      get(server, "/metrics").body,
      HasSubstr(
          "http_requests_total{method=\"GET\",revision=\"2026.11.22-1-gabc\",route=\"/{code}\",status=\"404\"} 1"));
}

TEST_F(ServeTest, SharesItsStoreWithAnotherInstance) {
  const ServerProcess one(command());
  const ServerProcess other(command());
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  for (const ServerProcess* server : {&one, &other}) {
    threads.emplace_back([&, server] {
      for (int i = 0; i < 50; ++i) created += create(*server, R"({"url":"http://a/"})").status == 201 ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(created, 100);
  create(one, R"({"url":"http://shared/","alias":"shared"})");
  EXPECT_TRUE(eventually([&] { return get(other, "/shared").status == 302; }));
  EXPECT_EQ(create(other, R"({"url":"http://a/","alias":"shared"})").status, 409);
}

TEST_F(ServeTest, RefusesInTimeAllThatCannotBeStored) {
  const ServerProcess server(command());
  const auto other = *open_store(store);
  auto lock = *other->bulk_writer();
  const auto begun = std::chrono::steady_clock::now();
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { refused += create(server, R"({"url":"http://a/"})").status == 503 ? 1 : 0; });
  }
  EXPECT_TRUE(eventually([&] { return get(server, "/readyz").status == 200; }));
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, 8);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kLongestLockWait + Millis(2000));
  lock.reset();
  EXPECT_EQ(create(server, R"({"url":"http://a/"})").status, 201);
}

TEST_F(ServeTest, WantsItsKey) {
  std::vector<std::string> closed = command();
  closed.pop_back();
  const std::string body = R"({"url":"http://a/"})";
  EXPECT_EQ(create(ServerProcess(closed), body).status, 403);
  const ServerProcess server(closed, {{"SHORTENER_API_KEY", "secret"}});
  EXPECT_EQ(create(server, body).status, 401);
  EXPECT_EQ(create(server, body, {{"Authorization", "Bearer secret"}}).status, 201);
}

TEST_F(ServeTest, FollowsItsFlagsWhileItRuns) {
  const std::string file = folder.path() / "flags.json";
  const auto set_flags = [&](const std::string& status, const std::string& codes) {
    std::string text = *base::read_file(TRUNKLINE_SOURCE_DIR "/flags/shortener.flags.json");
    text.replace(text.find("\"defaultVariant\": \"temporary\""), 29, "\"defaultVariant\": \"" + status + "\"");
    text.replace(text.find("\"defaultVariant\": \"random\""), 26, "\"defaultVariant\": \"" + codes + "\"");
    ASSERT_TRUE(base::write_file_atomically(file, text));
  };
  set_flags("temporary", "random");
  const ServerProcess agent({TRUNKLINE_BIN_DIR "/flag-agent", "--listen", "127.0.0.1:0", "--source", "file:" + file});
  ASSERT_NE(agent.address(), "") << agent.output();
  const ServerProcess server(command({"--flags", "http://" + agent.address(), "--flags-poll", "50ms"}));
  create(server, R"({"url":"http://a/","alias":"a"})");
  EXPECT_EQ(get(server, "/a").status, 302);
  set_flags("permanent", "sequential");
  EXPECT_TRUE(eventually([&] { return get(server, "/a").status == 301; })) << agent.output();
  EXPECT_THAT(create(server, R"({"url":"http://b/"})").body, HasSubstr("{\"code\":\"1\""));
}

TEST_F(ServeTest, NeedsNoFlagAgent) {
  base::RawListener nobody;
  nobody.close();
  const ServerProcess server(command({"--flags", "http://" + nobody.address()}));
  EXPECT_EQ(get(server, "/readyz").status, 200);
  create(server, R"({"url":"http://a/","alias":"a"})");
  EXPECT_EQ(get(server, "/a").status, 302);
}

TEST_F(ServeTest, InjectsErrorsAndCountsThem) {
  const ServerProcess server(command({"--allow-faults", "--fault", "status=500,rate=0.5"}));
  int met = 0;
  for (int i = 0; i < 200; ++i) {
    const base::Response answer = get(server, "/nothing");
    const bool has_fault = answer.headers.find("X-Fault") == "status";
    EXPECT_EQ(answer.status, has_fault ? 500 : 404);
    met += has_fault ? 1 : 0;
    EXPECT_EQ(get(server, "/healthz").status, 200);
  }
  EXPECT_GT(met, 50);
  EXPECT_LT(met, 150);
  EXPECT_THAT(get(server, "/metrics").body,
              HasSubstr("faults_injected_total{kind=\"status\"} " + std::to_string(met) + "\n"));
}

TEST_F(ServeTest, InjectsDelaysWithoutHoldingItsThreads) {
  const ServerProcess server(command({"--threads", "1", "--allow-faults", "--fault", "latency=300ms,rate=1"}));
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  std::atomic<int> late = 0;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      const base::Response answer = get(server, "/nothing");
      late += answer.status == 404 && answer.headers.find("X-Fault") == "latency" ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(late, 20);
  EXPECT_GE(took, Millis(300));
  EXPECT_LT(took, Millis(3000));
  EXPECT_THAT(get(server, "/metrics").body, HasSubstr("faults_injected_total{kind=\"latency\"} 20\n"));
}

TEST_F(ServeTest, LosesNoRequestWhenItStops) {
  ServerProcess server(command());
  create(server, R"({"url":"http://a/","alias":"a"})");
  std::atomic<int> right = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      // Until the port is closed to new connections: what was sent before must have been answered.
      for (;;) {
        base::RawSocket socket(server.address());
        if (!socket.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")) return;
        for (std::string answer = socket.read_until("\r\n\r\n");; answer = socket.read_until("\r\n\r\n")) {
          if (answer.starts_with("HTTP/1.1 302")) ++right;
          if (!answer.starts_with("HTTP/1.1 302")) {
            ++lost;
            return;
          }
          if (answer.find("Connection: close") != std::string::npos) break;
          socket.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        }
      }
    });
  }
  EXPECT_TRUE(eventually([&] { return right > 1000; }));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), base::ExitStatus{}) << server.output();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(lost, 0);
}

TEST_F(ServeTest, IsNotReadyOnceItStops) {
  ServerProcess server(command({"--allow-faults", "--fault", "latency=2s,rate=1"}));
  base::RawSocket busy(server.address());
  base::RawSocket probe(server.address());
  busy.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  probe.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(probe.read_until("ready"), HasSubstr("200 OK"));
  server.signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return server.output().find("stopping") != std::string::npos; }));
  // It says so, stops being ready and then stops the server: a probe may come in between.
  std::string answer;
  EXPECT_TRUE(eventually([&] {
    probe.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    answer = probe.read_until("}");
    return answer.find("Connection: close") != std::string::npos;
  })) << answer;
  EXPECT_THAT(answer, HasSubstr("503 Service Unavailable"));
  EXPECT_THAT(busy.read_all(), HasSubstr("404 Not Found"));
  EXPECT_EQ(server.wait(), base::ExitStatus{});
}

// Runs it to its end: exit code and what it said.
std::string run(std::vector<std::string> argv) {
  const auto output = base::run_process({.argv = std::move(argv)}, Millis(20'000));
  return output ? to_string(output->status) + ": " + output->err : to_string(output.error());
}

TEST_F(ServeTest, DoesNotStartWhenSomethingIsWrong) {
  const ServerProcess server(command());
  EXPECT_THAT(run({kShortener, "serve", "--listen", server.address(), "--store", store}),
              testing::AllOf(HasSubstr("exit 1: shortener: error: cannot listen on"), HasSubstr(server.address())));
  EXPECT_THAT(run({kShortener, "serve", "--store", "sqlite:" + (folder.path() / "no/links.db").string()}),
              HasSubstr("exit 1: shortener: error: store "));
  std::ofstream(folder.path() / "text.db") << std::string(5000, 'x');
  EXPECT_THAT(run({kShortener, "serve", "--store", "sqlite:" + (folder.path() / "text.db").string()}),
              HasSubstr("exit 1: shortener: error: store "));
}

TEST_F(ServeTest, RefusesAWrongCommandLine) {
  EXPECT_THAT(run(command({"--bogus"})), HasSubstr("exit 2: shortener: error: unknown option --bogus"));
  EXPECT_THAT(run(command({"--fault", "status=500,rate=0.1"})), HasSubstr("exit 2: shortener: error: --fault"));
  EXPECT_THAT(run(command({"--allow-faults", "--fault", "x"})), HasSubstr("exit 2: shortener: error: fault \"x\""));
  EXPECT_THAT(run({kShortener, "serve", "--store", store, "--listen", "nowhere"}), HasSubstr("expected ADDR:PORT"));
  EXPECT_THAT(run(command({"--flags", "nowhere"})), HasSubstr("exit 2: shortener: error: --flags"));
  EXPECT_THAT(run({kShortener, "serve", "--store", "mysql:x"}), HasSubstr("exit 2: shortener: error: store"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "links.db"));
}

TEST_F(ServeTest, MakesNoStoreForAFileItCannotImport) {
  const std::string file = folder.path() / "links.csv";
  EXPECT_THAT(run({kShortener, "import", file, "--store", store}), HasSubstr("exit 2: shortener: error: read"));
  std::ofstream(file) << "kode,url\na,http://a/\n";
  EXPECT_THAT(run({kShortener, "import", file, "--store", store}),
              HasSubstr("exit 2: shortener: error: " + file + ":1:1"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "links.db"));
}

TEST_F(ServeTest, ImportsAllOrNothing) {
  const std::string file = folder.path() / "links.csv";
  std::ofstream(file) << "code,url\na,http://a/\nb,nonsense\n";
  EXPECT_EQ(run({kShortener, "import", file, "--store", store}),
            "exit 2: shortener: error: " + file + ":3:3: url: expected http:// or https:// and a host\n");
  const ServerProcess server(command());
  EXPECT_EQ(get(server, "/a").status, 404);
  EXPECT_THAT(run({kShortener, "import", file, "--store", store, "--skip-bad"}), HasSubstr("exit 0"));
  EXPECT_EQ(get(server, "/a").headers.find("Location"), "http://a/");
  EXPECT_EQ(run({kShortener, "import", file, "--store", store, "--skip-bad"}),
            "exit 1: shortener: error: " + file + ":2:1: the code \"a\" is taken\n");
}

}  // namespace
}  // namespace trunkline::shortener
