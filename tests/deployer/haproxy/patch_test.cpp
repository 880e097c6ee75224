#include "deployer/haproxy/patch.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

const std::vector<std::string> kLines{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};

TEST(UnifiedDiff, IsNothingWithoutEdits) {
  EXPECT_EQ(unified_diff(kLines, {}, "f"), "");
}

TEST(UnifiedDiff, MakesOneHunkOfEditsThatAreNear) {
  EXPECT_EQ(unified_diff(kLines, {{6, 1, {"six"}}, {2, 0, {"one and a half"}}}, "f"),
            "--- f\n+++ f\n@@ -1,9 +1,10 @@\n 1\n+one and a half\n 2\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9\n");
}

TEST(UnifiedDiff, CountsLinesOnBehindWhatWasAdded) {
  EXPECT_EQ(unified_diff(kLines, {{1, 0, {"a", "b"}}, {13, 0, {"z"}}}, "f"),
            "--- f\n+++ f\n@@ -1,3 +1,5 @@\n+a\n+b\n 1\n 2\n 3\n@@ -10,3 +12,4 @@\n 10\n 11\n 12\n+z\n");
}

}  // namespace
}  // namespace trunkline::deployer
