#include "shortener/http/links_api.h"

#include <atomic>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/shortener/fake_store.h"

namespace trunkline::shortener {
namespace {

using testing::HasSubstr;

class FixedClock final : public base::Clock {
 public:
  base::WallTime wall() const override { return *base::parse_iso8601("2026-11-22T10:00:00Z"); }
  base::SteadyTime steady() const override { return base::SteadyTime(passed.load()); }

  std::atomic<base::Millis> passed{base::Millis(0)};
};

struct FakeFlags final : FlagReader {
  int redirect_status(const std::string&) const override { return 302; }
  CodeGenerator code_generator() const override { return generator; }
  CodeGenerator generator = CodeGenerator::random;
};

// An answer from another thread.
class PromisedReply final : public base::ReplyTarget {
 public:
  explicit PromisedReply(base::Request request) : request_(std::move(request)) {}
  void reply(base::Response response, base::ReplyObserver*) override { answer.set_value(std::move(response)); }
  std::shared_ptr<base::BodyStream> stream(base::Response, base::ReplyObserver*) override { return nullptr; }
  bool is_open() const override { return open; }
  const base::Request& request() const { return request_; }

  std::atomic<bool> open = true;
  std::promise<base::Response> answer;

 private:
  base::Request request_;
};

struct LinksApiTest : testing::Test {
  FakeStore store;
  FakeFlags flags;
  FixedClock clock;
  std::uint64_t random = 0;
  std::string host = "s.example";
  CreateQueue queue{store, flags, clock, [this] { return random++; }};

  base::Response create(const std::string& body, Access access = {.open = true}, base::Headers headers = {}) {
    headers.add("Host", host);
    if (!headers.find("Content-Type")) headers.add("Content-Type", "application/json");
    LinksApi api(store, queue, std::move(access));
    const auto target =
        std::make_shared<PromisedReply>(base::Request{.method = "POST", .headers = headers, .body = body});
    api.create(target->request(), base::Reply(target, {}));
    return target->answer.get_future().get();
  }
};

TEST_F(LinksApiTest, CreatesALinkWithARandomCode) {
  const base::Response response = create(R"({"url":"http://a/"})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, R"({"code":"0000000","url":"http://a/","short_url":"http://s.example/0000000",)"
                           R"("created_at":"2026-11-22T10:00:00.000Z"})");
  EXPECT_EQ(store.links.at("0000000").url, "http://a/");
}

TEST_F(LinksApiTest, CreatesSequentialCodesWhenTheFlagSaysSo) {
  flags.generator = CodeGenerator::sequential;
  create(R"({"url":"http://a/"})");
  create(R"({"url":"http://b/"})");
  EXPECT_EQ(store.links.at("2").url, "http://b/");
}

TEST_F(LinksApiTest, GivesNoCodeThatTheServiceUsesItself) {
  flags.generator = CodeGenerator::sequential;
  while (sequential_code(store.number + 1) != "qr") ++store.number;
  const std::string next = sequential_code(store.number + 2);
  EXPECT_EQ(create(R"({"url":"http://a/"})").status, 201);
  EXPECT_EQ(store.links.begin()->first, next);
}

TEST_F(LinksApiTest, SaysBackOnlyWhatIsAHost) {
  const auto short_url = [&](std::string said) {
    host = std::move(said);
    return base::string_or(*base::parse_json(create(R"({"url":"http://a/"})").body), "short_url");
  };
  EXPECT_EQ(short_url("[::1]:8080"), "http://[::1]:8080/0000000");
  EXPECT_EQ(short_url("evil/<script>"), "/1000000");
  EXPECT_EQ(short_url(""), "/2000000");
  EXPECT_EQ(short_url(std::string(256, 'a')), "/3000000");
}

TEST_F(LinksApiTest, DrawsAgainWhenACodeIsTaken) {
  store.links["0000000"] = {};
  EXPECT_EQ(create(R"({"url":"http://a/"})").status, 201);
  EXPECT_EQ(store.links.at("1000000").url, "http://a/");
}

TEST_F(LinksApiTest, TakesAnAliasOnce) {
  EXPECT_EQ(create(R"({"url":"http://a/","alias":"me"})").status, 201);
  EXPECT_EQ(create(R"({"url":"http://b/","alias":"me"})").status, 409);
  EXPECT_EQ(store.links.at("me").url, "http://a/");
}

TEST_F(LinksApiTest, TellsBrokenRequestsFromForbiddenValues) {
  for (const char* body : {"", "{", "[]", "\"x\"", "{\"url\":\"http://a/\",\"url\":\"http://b/\"}"}) {
    EXPECT_EQ(create(body).status, 400) << body;
  }
  for (const char* body : {"{}", R"({"url":1})", R"({"url":"ftp://a/"})", R"({"url":"http://a/","alias":""})",
                           R"({"url":"http://a/","alias":"api"})", R"({"url":"http://a/","expires_at":"x"})"}) {
    EXPECT_EQ(create(body).status, 422) << body;
  }
  EXPECT_TRUE(store.links.empty());
}

TEST_F(LinksApiTest, WantsTheKeyUnlessItIsOpen) {
  const std::string body = R"({"url":"http://a/","alias":"x"})";
  EXPECT_EQ(create(body, {}).status, 403);
  const base::Response refused = create(body, {.api_key = "secret"});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.find("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(create(body, {.api_key = "secret"}, {{"Authorization", "Bearer wrong"}}).status, 401);
  EXPECT_EQ(create(body, {.api_key = "secret"}, {{"Authorization", "secret"}}).status, 401);
  EXPECT_EQ(create(body, {.api_key = "secret"}, {{"Authorization", "Bearer secret"}}).status, 201);
}

TEST_F(LinksApiTest, RefusesWhatStillWaitsForTheStoreWhenItEnds) {
  store.locked = true;
  auto ending = std::make_unique<CreateQueue>(store, flags, clock, [] { return 0; });
  LinksApi api(store, *ending, {.open = true});
  std::vector<std::shared_ptr<PromisedReply>> targets;
  for (int i = 0; i < 3; ++i) {
    targets.push_back(std::make_shared<PromisedReply>(base::Request{
        .method = "POST", .headers = {{"Content-Type", "application/json"}}, .body = R"({"url":"http://a/"})"}));
    api.create(targets.back()->request(), base::Reply(targets.back(), {}));
  }
  ending.reset();
  for (const auto& target : targets) EXPECT_EQ(target->answer.get_future().get().status, 503);
  EXPECT_TRUE(store.links.empty());
}

struct WaitingCreatesTest : LinksApiTest {
  LinksApi api{store, queue, {.open = true}};

  std::shared_ptr<PromisedReply> begin() {
    auto target = std::make_shared<PromisedReply>(
        base::Request{.headers = {{"Content-Type", "application/json"}}, .body = R"({"url":"http://a/"})"});
    api.create(target->request(), base::Reply(target, clock.steady()));
    return target;
  }
  static int status_of(PromisedReply& target) { return target.answer.get_future().get().status; }
};

TEST_F(WaitingCreatesTest, AreRefusedTogetherWhenTheirTimeIsOver) {
  store.locked = true;
  std::vector<std::shared_ptr<PromisedReply>> early;
  for (int i = 0; i < 5; ++i) early.push_back(begin());
  clock.passed = base::Millis(3000);
  const auto later = begin();
  clock.passed = kLongestLockWait;
  for (const auto& target : early) EXPECT_EQ(status_of(*target), 503);
  EXPECT_TRUE(store.links.empty());
  store.locked = false;
  EXPECT_EQ(status_of(*later), 201);
}

TEST_F(WaitingCreatesTest, AreNotStoredForClientsThatAreGone) {
  store.locked = true;
  const auto first = begin();
  const auto second = begin();
  const auto third = begin();
  first->open = second->open = false;
  clock.passed = base::Millis(1000);
  EXPECT_EQ(status_of(*first), 503);
  EXPECT_EQ(status_of(*second), 503);
  store.locked = false;
  EXPECT_EQ(status_of(*third), 201);
  EXPECT_EQ(store.links.size(), 1U);
}

TEST_F(WaitingCreatesTest, AreStoredForAClientThatOnlyEndedItsHalf) {
  const auto target = begin();
  target->open = false;
  EXPECT_EQ(status_of(*target), 201);
}

TEST_F(LinksApiTest, TakesNothingFromThePagesOfOtherSites) {
  const std::string body = R"({"url":"http://a/","alias":"docs"})";
  const auto status = [&](base::Headers headers) { return create(body, {.open = true}, std::move(headers)).status; };
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "application/jsonx", "text/plain; application/json", "application/problem+json"}) {
    EXPECT_EQ(status({{"Content-Type", type}}), 415) << type;
  }
  EXPECT_EQ(status({{"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_TRUE(store.links.empty());
  EXPECT_EQ(status({{"Content-Type", "Application/JSON ; charset=utf-8"}, {"Sec-Fetch-Site", "same-origin"}}), 201);
}

TEST_F(LinksApiTest, NamesLinksByItsPublicUrl) {
  EXPECT_EQ(*parse_public_url("https://s.example"), "https://s.example/");
  EXPECT_EQ(*parse_public_url("https://s.example/go/"), "https://s.example/go/");
  for (const char* text :
       {"", "s.example", "ftp://s.example", "unix:/a.sock:/", "https://s.example/?a", "https://s.example/#a"}) {
    EXPECT_FALSE(parse_public_url(text)) << text;
  }
  LinksApi api(store, queue, {.open = true}, "https://s.example/");
  const auto target = std::make_shared<PromisedReply>(base::Request{
      .headers = {{"Host", "evil.example"}, {"Content-Type", "application/json"}}, .body = R"({"url":"http://a/"})"});
  api.create(target->request(), base::Reply(target, {}));
  EXPECT_THAT(target->answer.get_future().get().body, HasSubstr("\"short_url\":\"https://s.example/0000000\""));
}

TEST_F(LinksApiTest, SaysWhenTheStoreDoesNotTakeIt) {
  store.failure = base::Error{base::Kind::unavailable, "locked"};
  const base::Response response = create(R"({"url":"http://a/"})");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.find("Retry-After"), "1");
}

}  // namespace
}  // namespace trunkline::shortener
