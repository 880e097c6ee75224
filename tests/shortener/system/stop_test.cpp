#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "shortener/store/link_store.h"
#include "tests/support/raw_socket.h"
#include "tests/support/server_process.h"

// The end of a shortener that still owes answers.
namespace trunkline::shortener {
namespace {

using base::Millis;
using base::RawSocket;
using base::ServerProcess;

constexpr Millis kGrace{300};

struct StopTest : testing::Test {
  base::TempFolder folder = std::move(*base::TempFolder::make("stop"));
  std::string store = "sqlite:" + (folder.path() / "links.db").string();

  std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> argv = {TRUNKLINE_BIN_DIR "/shortener",
                                     "serve",
                                     "--listen",
                                     "127.0.0.1:0",
                                     "--store",
                                     store,
                                     "--open",
                                     "--grace",
                                     "300ms"};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  // Asks, and returns when the server has read all of it: what is answered stands in the same packet.
  static std::unique_ptr<RawSocket> ask(const ServerProcess& server, const std::string& request) {
    auto client = std::make_unique<RawSocket>(server.address());
    client->send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + request);
    EXPECT_THAT(client->read_until("\"ok\"}"), testing::HasSubstr("200 OK"));
    return client;
  }
  static std::string create() {
    const std::string body = R"({"url":"https://example.org/"})";
    return "POST /api/v1/links HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static void expect_orderly_end(ServerProcess& server) {
    const auto begun = std::chrono::steady_clock::now();
    server.signal(SIGTERM);
    const auto status = server.wait();
    const auto took = std::chrono::steady_clock::now() - begun;
    ASSERT_TRUE(status) << "it still runs: " << server.output();
    EXPECT_EQ(to_string(*status), "exit 1") << server.output();
    EXPECT_GE(took, kGrace);
    EXPECT_LT(took, kGrace + Millis(1000));
  }
};

TEST_F(StopTest, WaitsForNoLockedStoreBeyondItsGrace) {
  ServerProcess server(command());
  ASSERT_NE(server.address(), "") << server.output();
  const auto other = *open_store(store);
  const auto lock = *other->bulk_writer();
  std::vector<std::unique_ptr<RawSocket>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(ask(server, create()));
  expect_orderly_end(server);
  for (const auto& client : clients) EXPECT_EQ(client->read_all(), "");
}

TEST_F(StopTest, DropsAnswersThatAFaultDelays) {
  ServerProcess server(command({"--allow-faults", "--fault", "latency=1h,rate=1"}));
  ASSERT_NE(server.address(), "") << server.output();
  std::vector<std::unique_ptr<RawSocket>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(ask(server, create()));
    clients.push_back(ask(server, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  expect_orderly_end(server);
}

TEST_F(StopTest, DropsDelayedAnswersThatTheStoreHasNotGiven) {
  ServerProcess server(command({"--allow-faults", "--fault", "latency=1h,rate=1"}));
  ASSERT_NE(server.address(), "") << server.output();
  const auto other = *open_store(store);
  const auto lock = *other->bulk_writer();
  std::vector<std::unique_ptr<RawSocket>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(ask(server, create()));
  expect_orderly_end(server);
}

TEST_F(StopTest, CutsRequestsThatAreNotComplete) {
  ServerProcess server(command());
  ASSERT_NE(server.address(), "") << server.output();
  const auto header = ask(server, "GET /nothing HT");
  const auto body = ask(server, "POST /api/v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n{");
  expect_orderly_end(server);
}

}  // namespace
}  // namespace trunkline::shortener
