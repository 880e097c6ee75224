#include "flags/client/poller.h"

#include <gtest/gtest.h>

#include "base/core/files.h"

namespace trunkline::flags {
namespace {

using base::Millis;

const char* const kFlags = R"({"flags": {"n": {"state": "ENABLED", "variants": {"v": 301}, "defaultVariant": "v"}}})";

// Answers with what is set here and keeps the last request.
struct Agent {
  base::Result<base::Response> answer = base::fail(base::Kind::unavailable, "refused");
  base::Request request{};
  std::string url{};
};

class FakeHttp final : public base::HttpClient {
 public:
  explicit FakeHttp(Agent& agent) : agent_(agent) {}
  base::Result<base::Response> send(const std::string& url, const base::Request& request,
                                    std::optional<Millis>) override {
    agent_.url = url;
    agent_.request = request;
    return agent_.answer;
  }
  void cancel() override {}

 private:
  Agent& agent_;
};

class PollerTest : public testing::Test {
 protected:
  Poller poller(const std::filesystem::path& cache = {}) {
    return Poller({"http://agent", Millis{2000}, cache}, std::make_unique<FakeHttp>(agent_));
  }
  static base::Response flags() { return {200, {{"ETag", "\"1\""}}, kFlags}; }

  Agent agent_;
};

TEST_F(PollerTest, TakesTheFlagsAndThenAsksOnlyForNewOnes) {
  Poller poller = this->poller();
  EXPECT_EQ(poller.state(), ClientState::not_ready);
  agent_.answer = flags();
  EXPECT_EQ(poller.poll(1), Millis{2000});
  EXPECT_EQ(agent_.url, "http://agent/v1/flagset");
  EXPECT_EQ(poller.state(), ClientState::ready);
  const auto before = poller.flags();
  ASSERT_NE(before->find("n"), nullptr);
  agent_.answer = base::Response{304};
  poller.poll(1);
  EXPECT_EQ(agent_.request.headers.find("If-None-Match"), "\"1\"");
  EXPECT_EQ(poller.flags(), before);
}

TEST_F(PollerTest, KeepsTheFlagsWhenTheAgentGoesAway) {
  Poller poller = this->poller();
  poller.poll(0);
  EXPECT_EQ(poller.state(), ClientState::error);
  agent_.answer = flags();
  poller.poll(0);
  agent_.answer = base::Response{503};
  EXPECT_LE(poller.poll(0), Millis{200});
  EXPECT_EQ(poller.state(), ClientState::stale);
  agent_.answer = base::Response{200, {}, "{broken"};
  poller.poll(0);
  EXPECT_EQ(poller.state(), ClientState::stale);
  EXPECT_NE(poller.flags()->find("n"), nullptr);
}

TEST_F(PollerTest, StartsWithTheFlagsOnDisk) {
  const auto folder = base::TempFolder::make("poller-test").value();
  const auto file = folder.path() / "flags.json";
  agent_.answer = flags();
  Poller first = poller(file);
  first.load();
  first.poll(0);
  Poller second = poller(file);
  second.load();
  EXPECT_EQ(second.state(), ClientState::stale);
  EXPECT_NE(second.flags()->find("n"), nullptr);
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
