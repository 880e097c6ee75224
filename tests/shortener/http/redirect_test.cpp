#include "shortener/http/redirect.h"

#include <gtest/gtest.h>

#include "tests/shortener/fake_store.h"
#include "tests/support/fake_reply.h"

namespace trunkline::shortener {
namespace {

struct FakeFlags final : FlagReader {
  int redirect_status(const std::string&) const override { return status; }
  CodeGenerator code_generator() const override { return CodeGenerator::random; }
  int status = 302;
};

struct RedirectTest : testing::Test {
  base::Metrics metrics;
  FakeStore store;
  FakeFlags flags;
  LinkCache cache{1 << 20};
  Redirect redirect{store, cache, flags, metrics};

  base::Response get(const std::string& code) {
    base::PathParameters path;
    path.add("code", code);
    return base::ask([&](const base::Request&, base::Reply reply) { redirect(path, std::move(reply)); }, {});
  }
};

TEST_F(RedirectTest, LeadsToTheUrl) {
  store.links["a"] = {"a", "http://a/", {}};
  const base::Response response = get("a");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.headers.find("Location"), "http://a/");
  EXPECT_EQ(response.body, "");
}

TEST_F(RedirectTest, TakesItsStatusFromTheFlag) {
  store.links["a"] = {"a", "http://a/", {}};
  flags.status = 301;
  EXPECT_EQ(get("a").status, 301);
}

TEST_F(RedirectTest, AsksTheStoreOnceInASecond) {
  store.links["a"] = {"a", "http://a/", {}};
  get("a");
  get("a");
  EXPECT_EQ(store.finds, 1);
}

TEST_F(RedirectTest, KnowsNoOtherCodes) {
  EXPECT_EQ(get("b").status, 404);
  EXPECT_EQ(get("b").headers.find("Content-Type"), "application/problem+json");
}

TEST_F(RedirectTest, DoesNotAskTheStoreForWhatNoCodeCanBe) {
  EXPECT_EQ(get("favicon.ico").status, 404);
  EXPECT_EQ(store.finds, 0);
}

TEST_F(RedirectTest, SaysThatTheStoreIsGone) {
  store.failure = base::Error{base::Kind::io, "disk gone"};
  EXPECT_EQ(get("a").status, 503);
}

}  // namespace
}  // namespace trunkline::shortener
