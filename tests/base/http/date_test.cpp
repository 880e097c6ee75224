#include "base/http/date.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(HttpDate, IsWrittenAsTheStandardHasIt) {
  EXPECT_EQ(to_http_date(*parse_iso8601("1994-11-06T08:49:37.999Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(to_http_date(*parse_iso8601("2024-02-29T23:59:59Z")), "Thu, 29 Feb 2024 23:59:59 GMT");
}

}  // namespace
}  // namespace trunkline::base
