#include "base/core/retry.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(Backoff, GrowsToItsMaximum) {
  Backoff backoff(Millis(100), 2, Millis(350));
  EXPECT_EQ(backoff.next(1), Millis(100));
  EXPECT_EQ(backoff.next(1), Millis(200));
  EXPECT_EQ(backoff.next(1), Millis(350));
  EXPECT_EQ(backoff.next(1), Millis(350));
}

TEST(Backoff, SpreadsCallersOverTheUpperHalf) {
  EXPECT_EQ(Backoff(Millis(100), 2, Millis(1000)).next(0), Millis(50));
  EXPECT_EQ(Backoff(Millis(100), 2, Millis(1000)).next(0.5), Millis(75));
}

TEST(Backoff, StartsAnewAfterASuccess) {
  Backoff backoff(Millis(100), 3, Millis(1000));
  backoff.next(0);
  backoff.next(0);
  backoff.reset();
  EXPECT_EQ(backoff.next(1), Millis(100));
}

}  // namespace
}  // namespace trunkline::base
