#include "deployer/checks/exposition.h"

#include <cmath>
#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

TEST(Exposition, ReadsNamesLabelsValuesAndPassesOverTheRest) {
  const auto samples = parse_exposition(
      "# HELP a_total Things.\n# TYPE a_total counter\n"
      "a_total 3\n"
      "a_total{route=\"/{code}\",status=\"302\",} 1.5e3 1700000000000\n"
      "b{text=\"a\\\"b\\\\c\\nd, e=\\\"f\\\"\"} +Inf\n\n");
  ASSERT_TRUE(samples) << to_string(samples.error());
  ASSERT_EQ(samples->size(), 3u);
  EXPECT_EQ((*samples)[0], (Sample{"a_total", {}, 3}));
  EXPECT_EQ((*samples)[1], (Sample{"a_total", {{"route", "/{code}"}, {"status", "302"}}, 1500}));
  EXPECT_EQ((*samples)[2].labels.at("text"), "a\"b\\c\nd, e=\"f\"");
  EXPECT_TRUE(std::isinf((*samples)[2].value));
}

TEST(Exposition, RefusesEverythingElseWithItsLine) {
  for (const char* text : {"<html>\n", "a_total\n", "a_total x\n", "a{b=\"c\" 1\n", "a{b=c} 1\n", "{\"json\":1}\n"}) {
    const auto samples = parse_exposition(std::string("ok 1\n") + text);
    ASSERT_FALSE(samples) << text;
    EXPECT_EQ(samples.error().where.line, 2) << text;
  }
}

}  // namespace
}  // namespace trunkline::deployer
