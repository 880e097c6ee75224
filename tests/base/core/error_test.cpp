#include "base/core/error.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(Error, PrintsThePlaceBeforeTheMessage) {
  const Error error{Kind::invalid, "expected a duration such as 10m", {"rollout.yaml", 12, 7}};
  EXPECT_EQ(to_string(error), "rollout.yaml:12:7: expected a duration such as 10m");
}

TEST(Error, LeavesOutWhatIsNotKnownOfThePlace) {
  EXPECT_EQ(to_string(Error{Kind::io, "no space", {}}), "no space");
  EXPECT_EQ(to_string(Error{Kind::io, "no space", {"a.json", 0, 0}}), "a.json: no space");
  EXPECT_EQ(to_string(Error{Kind::io, "no space", {"a.json", 3, 0}}), "a.json:3: no space");
}

TEST(Error, GivesEveryKindItsExitCodeAndStatus) {
  EXPECT_EQ(exit_code(Kind::usage), 2);
  EXPECT_EQ(exit_code(Kind::invalid), 2);
  EXPECT_EQ(exit_code(Kind::unavailable), 1);
  EXPECT_EQ(exit_code(Kind::cancelled), 130);
  EXPECT_EQ(exit_code(Kind::locked), 75);
  EXPECT_EQ(http_status(Kind::not_found), 404);
  EXPECT_EQ(http_status(Kind::internal), 500);
}

}  // namespace
}  // namespace trunkline::base
