#include "shortener/http/faults.h"

#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_reply.h"

namespace trunkline::shortener {
namespace {

using testing::HasSubstr;

TEST(Fault, IsReadFromItsText) {
  EXPECT_EQ(*parse_fault("latency=400ms,rate=0.3"), (Fault{.latency = base::Millis(400), .rate = 0.3}));
  EXPECT_EQ(*parse_fault("rate=1,status=500"), (Fault{.status = 500, .rate = 1}));
  EXPECT_EQ(*parse_fault("unready-after=5s"), (Fault{.unready_after = base::Millis(5000)}));
  for (const char* text :
       {"", "unready-after=", "unready-after=0s", "unready-after=5s,rate=1", "latency=400ms", "rate=0.5",
        "status=500,latency=1s,rate=1", "status=200,rate=1", "status=500,rate=1.1", "status=500,rate=-1",
        "status=500,rate=x", "latency=400,rate=1", "latency=0s,rate=1", "other=1,rate=1", "status=500,rate=0.1x"}) {
    const auto fault = parse_fault(text);
    ASSERT_FALSE(fault) << text;
    EXPECT_EQ(fault.error().kind, base::Kind::usage);
  }
}

TEST(Fault, EndsReadinessAfterItsTimeOnly) {
  base::Metrics metrics;
  const auto random = [] { return 0.0; };
  EXPECT_TRUE(Faults({{.unready_after = std::chrono::hours(1)}}, random, metrics).readiness());
  EXPECT_TRUE(Faults({{.status = 500, .rate = 1}}, random, metrics).readiness());
  const Faults ended({{.unready_after = base::Millis(-1)}}, random, metrics);  // a time that is over already
  ASSERT_FALSE(ended.readiness());
  EXPECT_EQ(ended.readiness().error().kind, base::Kind::unavailable);
}

struct FaultsTest : testing::Test {
  base::Metrics metrics;
  double random = 0;
  base::RouteHandler fine = [](const base::Request&, const base::PathParameters&, base::Reply reply) {
    reply(base::text_response(200, "fine"));
  };

  std::unique_ptr<Faults> faults(std::vector<Fault> list) {
    return std::make_unique<Faults>(std::move(list), [this] { return random; }, metrics);
  }
  base::Response get(const base::RouteHandler& handler) {
    return base::ask([&](const base::Request& request, base::Reply reply) { handler(request, {}, std::move(reply)); },
                     {});
  }
};

TEST_F(FaultsTest, MeetOnlyTheirShareOfAnswers) {
  const auto drill = faults({{.status = 503, .rate = 0.3}});
  const auto handler = drill->apply(fine);
  random = 0.3;
  EXPECT_EQ(get(handler).status, 200);
  EXPECT_EQ(get(handler).headers.find("X-Fault"), std::nullopt);
  random = 0.29;
  EXPECT_EQ(get(handler).status, 503);
  EXPECT_EQ(get(handler).headers.find("X-Fault"), "status");
  EXPECT_THAT(metrics.render(), HasSubstr("faults_injected_total{kind=\"status\"} 2\n"));
}

TEST_F(FaultsTest, GiveWhatStillWaitsWhenTheyEnd) {
  auto drill = faults({{.latency = std::chrono::hours(1), .rate = 1}});
  const auto target = std::make_shared<base::FakeReply>(base::Request{});
  drill->apply(fine)(target->request(), {}, base::Reply(target, std::chrono::steady_clock::now()));
  drill.reset();
  ASSERT_TRUE(target->answer.has_value());
  EXPECT_EQ(target->answer->body, "fine");
  EXPECT_EQ(target->answer->headers.find("X-Fault"), "latency");
}

}  // namespace
}  // namespace trunkline::shortener
