#include "flags/client/client.h"

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "base/core/files.h"
#include "base/http/server.h"
#include "tests/support/raw_socket.h"
#include "tests/support/soon.h"

// The real client against servers on the loopback address that are better and worse than a flag-agent.
namespace trunkline::flags {
namespace {

using base::Millis;
using base::Request;
using base::Response;
using base::soon;
using testing::ElementsAre;

std::string flags_with(int value) {
  return R"({"flags": {"n": {"state": "ENABLED", "variants": {"v": )" + std::to_string(value) +
         R"(}, "defaultVariant": "v"}}})";
}

// Serves one value and holds whoever may wait until it is another one.
class WaitingAgent {
 public:
  explicit WaitingAgent(int value, const std::string& listen = "127.0.0.1:0") : value_(value) {
    server_ = base::Server::start({.listen = listen, .threads = 1}, [this](const Request& request, base::Reply reply) {
                serve(request, std::move(reply));
              }).value();
  }
  ~WaitingAgent() {
    server_->stop(Millis{0});
    const std::lock_guard lock(mutex_);
    held_.clear();
  }

  const std::string& address() const { return server_->address(); }
  void set(int value) {
    const std::lock_guard lock(mutex_);
    value_ = value;
    for (base::Reply& reply : held_) {
      Response response = answer();
      response.headers.set("Preference-Applied", "wait=30");
      reply(std::move(response));
    }
    held_.clear();
  }
  size_t held() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void serve(const Request& request, base::Reply reply) {
    const std::lock_guard lock(mutex_);
    ++asked_;
    if (request.headers.find("If-None-Match") != etag()) return reply(answer());
    if (request.headers.find("Prefer") != "wait=30") return reply({304, {{"ETag", etag()}}});
    held_.push_back(std::move(reply));
  }
  std::string etag() const { return "\"" + std::to_string(value_) + "\""; }
  Response answer() const { return {200, {{"ETag", etag()}}, flags_with(value_)}; }

  std::mutex mutex_;
  int value_;
  int asked_ = 0;
  std::vector<base::Reply> held_;
  std::unique_ptr<base::Server> server_;
};

TEST(ClientSystem, SeesAChangeAsSoonAsItIsMade) {
  WaitingAgent agent(1);
  const auto client = Client::start({.agent_url = "http://" + agent.address(), .poll_interval = std::chrono::hours{1}});
  ASSERT_TRUE(client->wait_until_ready(Millis{20'000}));
  for (int value = 2; value < 6; ++value) {
    ASSERT_TRUE(soon([&] { return agent.held() == 1; }));
    agent.set(value);
    ASSERT_TRUE(soon([&] { return client->get_int("n", {}, 0) == value; }));
  }
  EXPECT_LE(agent.asked(), 7) << "one question a change";
}

TEST(ClientSystem, EndsPromptlyWhileTheAgentHoldsItsRequest) {
  const auto folder = base::TempFolder::make("client-system-test").value();
  const std::string socket = "unix:" + (folder.path() / "agent.sock").string();
  for (const std::string& listen : {std::string("127.0.0.1:0"), socket}) {
    WaitingAgent agent(1, listen);
    auto client = Client::start({.agent_url = listen == socket ? socket + ":" : "http://" + agent.address()});
    ASSERT_TRUE(soon([&] { return agent.held() == 1; })) << client->state_message();
    const auto before = std::chrono::steady_clock::now();
    client.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - before, Millis{1000}) << listen;
  }
}

TEST(ClientSystem, EndsPromptlyWhilePeersDoNotAnswer) {
  base::RawListener listener;
  auto client = Client::start({.agent_url = "http://" + listener.address()});
  base::RawSocket silent = listener.accept();
  silent.read_until("\r\n\r\n");
  const auto before = std::chrono::steady_clock::now();
  client.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, Millis{1000});
}

TEST(ClientSystem, OutlivesItsAgentAndFindsTheNextOne) {
  std::mutex mutex;
  std::vector<std::string> told;
  const auto noted = [&](const std::string& text) {
    const std::lock_guard lock(mutex);
    return std::find(told.begin(), told.end(), text) != told.end();
  };
  auto agent = std::make_unique<WaitingAgent>(1);
  const std::string address = agent->address();
  const auto client = Client::start({.agent_url = "http://" + address, .poll_interval = Millis{50}});
  client->on_event([&](const Event& event) {
    const int64_t now = client->get_int("n", {}, 0);
    const std::lock_guard lock(mutex);
    told.push_back(std::string(to_string(event.kind)) + " " + std::to_string(now));
  });
  ASSERT_TRUE(soon([&] { return agent->held() == 1; }));
  agent.reset();
  ASSERT_TRUE(soon([&] { return noted("PROVIDER_STALE 1"); }));
  EXPECT_EQ(client->state(), ClientState::stale);
  EXPECT_EQ(client->get_int("n", {}, 0), 1);
  agent = std::make_unique<WaitingAgent>(2, address);
  ASSERT_TRUE(soon([&] { return noted("PROVIDER_CONFIGURATION_CHANGED 2"); }));
  const std::lock_guard lock(mutex);
  EXPECT_THAT(told, ElementsAre("PROVIDER_READY 1", "PROVIDER_STALE 1", "PROVIDER_READY 2",
                                "PROVIDER_CONFIGURATION_CHANGED 2"));
}

// Answers connection after connection as the test says; the last answer again and again.
class ScriptedAgent {
 public:
  explicit ScriptedAgent(std::vector<std::string> answers) : answers_(std::move(answers)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedAgent() {
    stopping_ = true;
    base::RawSocket(listener_.address()).send("GET / HTTP/1.1\r\n\r\n");
    thread_.join();
  }
  std::string url() const { return "http://" + listener_.address(); }

 private:
  void serve() {
    for (size_t i = 0; !stopping_; i = std::min(i + 1, answers_.size() - 1)) {
      base::RawSocket socket = listener_.accept();
      socket.read_until("\r\n\r\n");
      socket.send(answers_[i]);
    }
  }

  std::vector<std::string> answers_;
  base::RawListener listener_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

std::string http(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(ClientSystem, KeepsItsFlagsThroughGarbage) {
  const std::string good = http("200 OK", flags_with(1), "ETag: \"1\"\r\n");
  for (const std::string& bad :
       {std::string("220 ftp here\r\n\r\n"), std::string("\x16\x03\x01\x02"), good.substr(0, good.size() - 10),
        std::string(), http("200 OK", "<html>no flags</html>"), http("200 OK", R"({"flags": 7})"),
        http("302 Found", "", "Location: /x\r\n"), http("503 Service Unavailable", "")}) {
    const ScriptedAgent agent({good, bad});
    const auto client = Client::start({.agent_url = agent.url(), .poll_interval = Millis{20}});
    ASSERT_TRUE(soon([&] { return client->state() == ClientState::stale; })) << bad;
    EXPECT_EQ(client->get_int("n", {}, 0), 1);
    EXPECT_NE(client->state_message(), "");
  }
}

TEST(ClientSystem, TakesFlagsAfterGarbage) {
  const ScriptedAgent agent({"", "garbage\r\n\r\n", http("401 Unauthorized", ""), http("200 OK", flags_with(3))});
  const auto client = Client::start({.agent_url = agent.url(), .poll_interval = Millis{20}, .token = "secret"});
  EXPECT_TRUE(client->wait_until_ready(Millis{20'000}));
  EXPECT_EQ(client->get_int("n", {}, 0), 3);
}

TEST(ClientSystem, IsNotKeptBySlowAndHalfOpenAgents) {
  base::RawListener listener;
  const auto client = Client::start({.agent_url = "http://" + listener.address(), .poll_interval = Millis{20}});
  base::RawSocket silent = listener.accept();
  silent.read_until("\r\n\r\n");
  silent.send("HTTP/1.1 200 OK\r\nContent-Le");
  ASSERT_TRUE(soon([&] { return client->state() == ClientState::error; }));
  base::RawSocket next = listener.accept();
  next.read_until("\r\n\r\n");
  next.send(http("200 OK", flags_with(4)));
  EXPECT_TRUE(client->wait_until_ready(Millis{20'000}));
  EXPECT_EQ(client->get_int("n", {}, 0), 4);
}

TEST(ClientSystem, DoesNotRunInCirclesWithAnAgentThatAnswersAtOnce) {
  std::atomic<int> asked = 0;
  const auto server = base::Server::start({.threads = 1}, [&](const Request& request, base::Reply reply) {
    ++asked;
    if (!request.headers.find("If-None-Match")) return reply({200, {{"ETag", "\"1\""}}, flags_with(1)});
    reply({304, {{"Preference-Applied", "wait=30"}}});
  });
  ASSERT_TRUE(server);
  const auto before = std::chrono::steady_clock::now();
  const auto client = Client::start({.agent_url = "http://" + (*server)->address()});
  ASSERT_TRUE(soon([&] { return asked >= 6; }));
  EXPECT_GE(std::chrono::steady_clock::now() - before, Millis{400});
}

}  // namespace
}  // namespace trunkline::flags
