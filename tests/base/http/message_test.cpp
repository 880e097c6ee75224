#include "base/http/message.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(Headers, AreFoundWithoutRegardToCase) {
  const Headers headers{{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};
  EXPECT_EQ(headers.find("content-TYPE"), "text/plain");
  EXPECT_EQ(headers.find("X-A"), "1");
  EXPECT_EQ(headers.find("X-B"), std::nullopt);
}

TEST(Headers, StandOnceAfterSet) {
  Headers headers{{"X-A", "1"}, {"B", "b"}, {"x-a", "2"}};
  headers.set("X-A", "3");
  EXPECT_EQ(headers, (Headers{{"B", "b"}, {"X-A", "3"}}));
}

TEST(Request, SplitsItsTarget) {
  const Request request{.target = "/a%20b?x=1&y=%C3%A9+&flag&x=2"};
  EXPECT_EQ(request.path(), "/a%20b");
  EXPECT_EQ(request.query("x"), "1");
  EXPECT_EQ(request.query("y"), "é+");
  EXPECT_EQ(request.query("flag"), "");
  EXPECT_EQ(request.query("z"), std::nullopt);
  EXPECT_EQ(Request{.target = "/a"}.query("x"), std::nullopt);
}

TEST(PercentEncoding, GoesBothWays) {
  const std::string all = "a b/ü?&=%+~-._\x01";
  EXPECT_EQ(percent_encode(all), "a%20b%2F%C3%BC%3F%26%3D%25%2B~-._%01");
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

TEST(PercentEncoding, RefusesHalfACode) {
  for (const char* text : {"%", "%4", "a%", "%zz", "%4g"}) EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(Problem, IsAProblemDocument) {
  const Response response = problem_response(404, "Not Found", "no link \"x\"");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no link \"x\""})");
}

}  // namespace
}  // namespace trunkline::base
