#include "flags/client/poller.h"

#include <csignal>
#include <filesystem>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/core/files.h"
#include "tests/support/fake_clock.h"

namespace trunkline::flags {
namespace {

using base::Millis;
using testing::HasSubstr;
using testing::Not;

const char* const kFlags = R"({"flags": {"n": {"state": "ENABLED", "variants": {"v": 301}, "defaultVariant": "v"}}})";

// Answers with what is set here and keeps the last request.
struct Agent {
  base::Result<base::Response> answer = base::fail(base::Kind::unavailable, "refused");
  base::Request request{};
  std::string url{};
  std::optional<Millis> timeout{};
  Millis takes{0};  // to answer
  base::FakeClock clock{};

  std::string sent(std::string_view name) const { return std::string(request.headers.find(name).value_or("")); }
};

class FakeHttp final : public base::HttpClient {
 public:
  explicit FakeHttp(Agent& agent) : agent_(agent) {}
  base::Result<base::Response> send(const std::string& url, const base::Request& request,
                                    std::optional<Millis> timeout) override {
    agent_.url = url;
    agent_.request = request;
    agent_.timeout = timeout;
    agent_.clock.steady_now += agent_.takes;
    return agent_.answer;
  }
  void cancel() override {}

 private:
  Agent& agent_;
};

class PollerTest : public testing::Test {
 protected:
  Poller poller(ClientOptions options = {}) {
    options.agent_url = "http://agent";
    return Poller(std::move(options), store_, std::make_unique<FakeHttp>(agent_), agent_.clock);
  }
  static base::Response flags(const char* document = kFlags) { return {200, {{"ETag", "\"1\""}}, document}; }
  static base::Response unchanged_after_wait() { return {304, {{"Preference-Applied", "wait=30"}}}; }

  ClientState state() const { return store_.status().state(); }
  std::string message() const { return store_.status().message(); }
  std::string file() const { return (folder_.path() / "flags.json").string(); }

  base::TempFolder folder_ = base::TempFolder::make("poller-test").value();
  Agent agent_;
  ClientStore store_;
};

TEST_F(PollerTest, TakesTheFlagsAndThenAsksOnlyForNewOnes) {
  Poller poller = this->poller({.wait = Millis{0}});
  EXPECT_EQ(state(), ClientState::not_ready);
  agent_.answer = flags();
  EXPECT_EQ(poller.poll(1), Millis{2000});
  EXPECT_EQ(agent_.url, "http://agent/v1/flagset");
  EXPECT_EQ(state(), ClientState::ready);
  const auto before = store_.flags();
  ASSERT_NE(before->find("n"), nullptr);
  agent_.answer = base::Response{304};
  EXPECT_EQ(poller.poll(1), Millis{2000});
  EXPECT_EQ(agent_.sent("If-None-Match"), "\"1\"");
  EXPECT_EQ(agent_.sent("Prefer"), "");
  EXPECT_EQ(store_.flags(), before);
}

TEST_F(PollerTest, KeepsTheFlagsWhenTheAgentGoesAway) {
  Poller poller = this->poller();
  poller.poll(0);
  EXPECT_EQ(state(), ClientState::error);
  EXPECT_EQ(message(), "refused");
  agent_.answer = flags();
  poller.poll(0);
  EXPECT_EQ(message(), "");
  agent_.answer = base::Response{500};
  EXPECT_LE(poller.poll(0), Millis{200});
  EXPECT_EQ(state(), ClientState::stale);
  EXPECT_EQ(message(), "the agent answered 500");
  agent_.answer = base::Response{200, {}, "{broken"};
  poller.poll(0);
  EXPECT_EQ(state(), ClientState::stale);
  EXPECT_NE(store_.flags()->find("n"), nullptr);
}

TEST_F(PollerTest, LetsTheAgentWaitForAChangeOnceItHasFlags) {
  Poller poller = this->poller({.wait = Millis{30'900}});
  agent_.answer = flags();
  EXPECT_EQ(poller.poll(1), Millis{100});
  EXPECT_EQ(agent_.sent("Prefer"), "") << "the first answer is wanted now";
  EXPECT_EQ(agent_.timeout, std::nullopt);
  agent_.answer = unchanged_after_wait();
  agent_.takes = Millis{30'000};
  EXPECT_EQ(poller.poll(1), Millis{0}) << "asks again at once";
  EXPECT_EQ(agent_.sent("Prefer"), "wait=30") << "whole seconds";
  EXPECT_EQ(agent_.timeout, Millis{35'000});
  agent_.takes = Millis{1};
  EXPECT_EQ(poller.poll(1), Millis{99}) << "an agent that answers at once is not asked in a busy loop";
}

TEST_F(PollerTest, PollsAnAgentThatDoesNotWait) {
  Poller poller = this->poller();
  agent_.answer = flags();
  poller.poll(1);
  agent_.answer = base::Response{304};
  EXPECT_EQ(poller.poll(1), Millis{2000});
  EXPECT_EQ(poller.poll(0), Millis{1800}) << "with jitter";
  agent_.answer = base::Response{200, {{"Preference-Applied", "wait=30"}}, kFlags};
  EXPECT_EQ(poller.poll(1), Millis{2000}) << "without an ETag nothing can be waited for";
  poller.poll(1);
  EXPECT_EQ(agent_.sent("Prefer"), "");
}

TEST_F(PollerTest, AsksForAnAnswerAtOnceWhenTheAgentWasGone) {
  Poller poller = this->poller();
  agent_.answer = flags();
  poller.poll(0);
  agent_.answer = base::fail(base::Kind::unavailable, "refused");
  poller.poll(0);
  EXPECT_EQ(agent_.sent("Prefer"), "wait=30");
  EXPECT_EQ(state(), ClientState::stale);
  agent_.answer = base::Response{304};
  EXPECT_LE(poller.poll(0), Millis{100});
  EXPECT_EQ(agent_.sent("Prefer"), "");
  EXPECT_EQ(agent_.sent("If-None-Match"), "\"1\"");
  EXPECT_EQ(state(), ClientState::ready);
}

TEST_F(PollerTest, IsNotReadyAsLongAsTheAgentHasNoFlags) {
  Poller poller = this->poller();
  agent_.answer = base::Response{503};
  poller.poll(0);
  EXPECT_EQ(state(), ClientState::not_ready);
  EXPECT_THAT(message(), HasSubstr("no flags yet"));
  agent_.answer = flags();
  poller.poll(0);
  agent_.answer = base::Response{503};
  poller.poll(0);
  EXPECT_EQ(state(), ClientState::stale);
}

TEST_F(PollerTest, SendsTheTokenAndTheFlagSetAndNeverTellsTheToken) {
  Poller poller = this->poller({.token = "secret", .flag_set = "shop"});
  for (const int status : {401, 403}) {
    agent_.answer = base::Response{status};
    poller.poll(0);
    EXPECT_EQ(agent_.sent("Authorization"), "Bearer secret");
    EXPECT_EQ(agent_.sent("Flagd-Selector"), "flagSetId=shop");
    EXPECT_EQ(state(), ClientState::error);
    EXPECT_EQ(message(), "the agent refuses the token: it answered " + std::to_string(status));
  }
  agent_.answer = flags();
  poller.poll(0);
  agent_.answer = base::Response{401};
  poller.poll(0);
  EXPECT_EQ(state(), ClientState::error) << "a person has to act";
  EXPECT_NE(store_.flags(), nullptr) << "the flags stay in use";
}

TEST_F(PollerTest, RefusesATokenThatWouldBeginAnotherHeader) {
  Poller poller = this->poller({.token = "secret\r\nX-Evil: 1"});
  poller.poll(0);
  EXPECT_EQ(agent_.url, "") << "nothing was sent";
  EXPECT_EQ(state(), ClientState::error);
  EXPECT_THAT(message(), HasSubstr("the token has a character"));
  EXPECT_THAT(message(), Not(HasSubstr("secret")));
}

TEST_F(PollerTest, StartsWithTheFlagsOnDisk) {
  agent_.answer = flags();
  poller({.cache_file = file()}).poll(0);
  ClientStore next;
  Poller second({.agent_url = "http://agent", .cache_file = file()}, next, std::make_unique<FakeHttp>(agent_));
  second.load();
  EXPECT_EQ(next.status().state(), ClientState::stale);
  EXPECT_NE(next.flags()->find("n"), nullptr);
}

TEST_F(PollerTest, KeepsTheFileOnDiskForItsOwnerAndWritesItOnlyWhenItChanges) {
  namespace fs = std::filesystem;
  Poller poller = this->poller({.cache_file = file()});
  agent_.answer = flags();
  poller.poll(0);
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours{1};
  fs::last_write_time(file(), long_ago);
  poller.poll(0);
  EXPECT_EQ(fs::last_write_time(file()), long_ago);
  agent_.answer = flags(R"({"flags": {}})");
  poller.poll(0);
  EXPECT_EQ(base::read_file(file()), R"({"flags": {}})");
}

TEST_F(PollerTest, IgnoresABrokenFileOnDiskAndWhatAKilledWriterLeft) {
  ASSERT_TRUE(base::write_file_atomically(file(), std::string(kFlags).substr(0, 40)));
  ASSERT_TRUE(base::write_file_atomically(file() + ".tmp.a1b2c3", "{"));
  Poller poller = this->poller({.cache_file = file()});
  poller.load();
  EXPECT_EQ(state(), ClientState::not_ready);
  agent_.answer = flags();
  poller.poll(0);
  EXPECT_EQ(base::read_file(file()), kFlags);
}

TEST_F(PollerTest, LeavesAWholeFileWhenItIsKilledWhileItWrites) {
  const std::string other = R"({"flags": {}, "padding": ")" + std::string(100'000, 'x') + "\"}";
  const std::string path = file();
  const pid_t writer = fork();
  if (writer == 0) {
    Poller poller = this->poller({.cache_file = path});
    for (bool turn = false;; turn = !turn) {
      agent_.answer = flags(turn ? kFlags : other.c_str());
      poller.poll(0);
    }
  }
  ASSERT_GT(writer, 0);
  while (!std::filesystem::exists(path)) std::this_thread::yield();
  kill(writer, SIGKILL);
  ASSERT_EQ(waitpid(writer, nullptr, 0), writer);
  const auto left = base::read_file(path);
  EXPECT_TRUE(left == kFlags || left == other);
}

// Holds a request until it is cancelled.
class HoldingHttp final : public base::HttpClient {
 public:
  explicit HoldingHttp(std::promise<void>& asked) : asked_(asked) {}
  base::Result<base::Response> send(const std::string&, const base::Request&, std::optional<Millis>) override {
    asked_.set_value();
    cancelled_.get_future().wait();
    return base::fail(base::Kind::cancelled, "cancelled");
  }
  void cancel() override { cancelled_.set_value(); }

 private:
  std::promise<void>& asked_;
  std::promise<void> cancelled_;
};

TEST_F(PollerTest, EndsARequestThatTheAgentHoldsWhenTheThreadIsToEnd) {
  std::promise<void> asked;
  Poller poller({.agent_url = "http://agent"}, store_, std::make_unique<HoldingHttp>(asked));
  {
    const PollerThread thread(poller);
    asked.get_future().wait();
  }
  EXPECT_EQ(state(), ClientState::not_ready) << "to be ended is no failure of the agent";
}

TEST(Current, ShowsEachThreadTheNewestValue) {
  Current<int> current;
  EXPECT_EQ(current.get(), nullptr);
  current.publish(std::make_shared<const int>(1));
  EXPECT_EQ(*current.get(), 1);
  std::thread([&] { EXPECT_EQ(*current.get(), 1); }).join();
  current.publish(std::make_shared<const int>(2));
  EXPECT_EQ(*current.get(), 2);
}

TEST(Current, KeepsTwoObjectsApart) {
  auto a = std::make_unique<Current<int>>();
  Current<int> b;
  a->publish(std::make_shared<const int>(1));
  b.publish(std::make_shared<const int>(2));
  EXPECT_EQ(*a->get(), 1);
  EXPECT_EQ(*b.get(), 2);
  a = std::make_unique<Current<int>>();
  EXPECT_EQ(a->get(), nullptr);
}

}  // namespace
}  // namespace trunkline::flags
