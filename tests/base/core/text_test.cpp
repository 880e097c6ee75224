#include "base/core/text.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(Text, CountsLinesAndColumnsFromOne) {
  EXPECT_EQ(position_of("ab\ncd", 0), (Position{1, 1}));
  EXPECT_EQ(position_of("ab\ncd", 3), (Position{2, 1}));
  EXPECT_EQ(position_of("ab\ncd", 99), (Position{2, 3}));
}

TEST(Text, SplitsWithEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Text, SuggestsTheNearestWordOnly) {
  EXPECT_EQ(did_you_mean("run-on", {"runs-on", "steps"}), ", did you mean \"runs-on\"?");
  EXPECT_EQ(did_you_mean("setps", {"runs-on", "steps"}), ", did you mean \"steps\"?");
  EXPECT_EQ(did_you_mean("quite-other", {"runs-on", "steps"}), "");
}

TEST(Text, FindsInvalidUtf8) {
  constexpr size_t kNone = std::string_view::npos;
  EXPECT_EQ(find_invalid_utf8("aé€😀"), kNone);
  EXPECT_EQ(find_invalid_utf8("a\xff"), 1u);
  EXPECT_EQ(find_invalid_utf8("\xc0\x80"), 0u);          // overlong
  EXPECT_EQ(find_invalid_utf8("ab\xed\xa0\x80"), 2u);    // a surrogate
  EXPECT_EQ(find_invalid_utf8("\xf4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xe2\x82"), 0u);          // cut off
}

}  // namespace
}  // namespace trunkline::base
