#include "flags/agent/http/flag_set_routes.h"

#include "flags/agent/http/etag.h"
#include "tests/flags/agent/http/agent_fixture.h"

namespace trunkline::flags {
namespace {

class FlagSetRoutesTest : public RoutesTest {
 protected:
  FlagSetRoutesTest() { add_flag_set_routes(service_.router(), gate_, polls_); }
  std::string etag() { return store_.edition()->whole()->snapshot().etag; }
  bool shows_waiting(int count) {
    return metrics_.render().find("flag_agent_clients{kind=\"long_poll\"} " + std::to_string(count) + "\n") !=
           std::string::npos;
  }
};

TEST_F(FlagSetRoutesTest, GivesTheDocumentItsTagAndItsCommit) {
  EXPECT_EQ(ask({"GET", "/v1/flagset"}).status, 503);
  serve(R"({"flags": {}})", "c1");
  const base::Response answer = ask({"GET", "/v1/flagset"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content(), R"({"flags": {}})");
  EXPECT_EQ(answer.headers.find("Trunkline-Revision"), "c1");
  EXPECT_EQ(ask({"GET", "/v1/flagset", {{"If-None-Match", etag()}}}).status, 304);
}

TEST_F(FlagSetRoutesTest, ReadsItsHeadersAsTheyMayBeWritten) {
  serve(R"({"flags": {}})");
  EXPECT_EQ(ask({"GET", "/v1/flagset", {{"If-None-Match", "\"x\""}, {"If-None-Match", etag()}}}).status, 304);
  EXPECT_FALSE(begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "Wait=3;foo"}}})->answer);
}

TEST_F(FlagSetRoutesTest, KeepsWhoWaitsUntilThereIsSomethingNew) {
  serve(R"({"flags": {}})");
  const auto waiting = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "respond-async, wait=30"}}});
  EXPECT_FALSE(waiting->answer);
  EXPECT_TRUE(shows_waiting(1));
  serve(R"({"flags": {"a": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}})");
  ASSERT_TRUE(waiting->answer);
  EXPECT_EQ(waiting->answer->status, 200);
  EXPECT_EQ(waiting->answer->headers.find("Preference-Applied"), "wait=30");
  EXPECT_TRUE(shows_waiting(0));
}

TEST_F(FlagSetRoutesTest, AnswersAtOnceWhoHasSomethingOlder) {
  serve(R"({"flags": {}})");
  const auto waiting = begin({"GET", "/v1/flagset", {{"If-None-Match", "\"older\""}, {"Prefer", "wait=30"}}});
  ASSERT_TRUE(waiting->answer);
  EXPECT_EQ(waiting->answer->status, 200);
}

TEST_F(FlagSetRoutesTest, AnswersThatNothingChangedWhenTheTimeIsOver) {
  serve(R"({"flags": {}})");
  const auto waiting = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "wait=2"}}});
  const auto longest = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "wait=99999"}}});
  clock_.steady_now += std::chrono::milliseconds{1999};
  polls_.tick();
  EXPECT_FALSE(waiting->answer);
  clock_.steady_now += std::chrono::milliseconds{1};
  polls_.tick();
  ASSERT_TRUE(waiting->answer);
  EXPECT_EQ(waiting->answer->status, 304);
  clock_.steady_now += LongPolls::kLongest;
  polls_.tick();
  ASSERT_TRUE(longest->answer);
  EXPECT_EQ(longest->answer->headers.find("Preference-Applied"), "wait=60");
}

TEST_F(FlagSetRoutesTest, LetsGoOfWhoHasHungUp) {
  serve(R"({"flags": {}})");
  const auto gone = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "wait=30"}}});
  const auto there = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "wait=30"}}});
  gone->open = false;
  polls_.tick();
  EXPECT_TRUE(gone->answer);
  EXPECT_FALSE(there->answer);
  EXPECT_TRUE(shows_waiting(1));
}

TEST_F(FlagSetRoutesTest, GivesNobodyAllThePlacesToWait) {
  serve(R"({"flags": {}})");
  std::vector<std::shared_ptr<base::FakeReply>> waiting;
  const auto ask_from = [&](const std::string& peer) {
    waiting.push_back(begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "wait=30"}}, "", peer}));
    return waiting.back()->answer.has_value();
  };
  for (size_t i = 0; i < LongPolls::kMostOfOne; ++i) ASSERT_FALSE(ask_from("10.0.0.1"));
  EXPECT_TRUE(ask_from("10.0.0.1")) << "at once";
  EXPECT_FALSE(waiting.back()->answer->headers.find("Preference-Applied")) << "it has not waited";
  EXPECT_FALSE(ask_from("10.0.0.2"));
  waiting.front()->open = false;
  polls_.tick();
  EXPECT_FALSE(ask_from("10.0.0.1")) << "a place is free again";
}

TEST_F(FlagSetRoutesTest, DoesNotWaitForNonsense) {
  serve(R"({"flags": {}})");
  for (const char* prefer : {"wait", "wait=", "wait=0", "wait=-1", "wait=x", "wait=1x", "respond-async"}) {
    const auto answered = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", prefer}}});
    ASSERT_TRUE(answered->answer) << prefer;
    EXPECT_EQ(answered->answer->status, 304);
  }
}

TEST_F(FlagSetRoutesTest, LetsEverybodyGoWhenTheAgentStops) {
  serve(R"({"flags": {}})");
  const auto waiting = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "wait=30"}}});
  polls_.close();
  EXPECT_TRUE(waiting->answer);
  const auto late = begin({"GET", "/v1/flagset", {{"If-None-Match", etag()}, {"Prefer", "wait=30"}}});
  ASSERT_TRUE(late->answer);
  EXPECT_FALSE(late->answer->headers.find("Preference-Applied")) << "it has not waited";
}

TEST(Etag, IsFoundInListsAndWeakForms) {
  EXPECT_TRUE(names_etag("\"a\"", "\"a\""));
  EXPECT_TRUE(names_etag("\"b\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(names_etag("*", "\"a\""));
  EXPECT_FALSE(names_etag("\"b\"", "\"a\""));
  EXPECT_FALSE(names_etag("", "\"a\""));
}

}  // namespace
}  // namespace trunkline::flags
