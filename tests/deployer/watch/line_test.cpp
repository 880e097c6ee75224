#include "deployer/watch/line.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using base::cli::Colour;

TEST(Line, IsCutWithAnEllipsisWhereItIsTooLong) {
  const Line line = {{"taking ", Colour::plain}, {"it back", Colour::red}};
  EXPECT_EQ(shown(line, 14, false), "taking it back");
  EXPECT_EQ(shown(line, 10, false), "taking it…");
  EXPECT_EQ(shown(line, 10, true), "taking \x1b[31mit\x1b[0m…");
  EXPECT_EQ(shown(line, 1, false), "…");
  EXPECT_EQ(shown(line, 0, false), "");
}

TEST(Line, CountsCharactersAndNotBytes) {
  EXPECT_EQ(shown({{"größer"}}, 6, false), "größer");
  EXPECT_EQ(padded("ö", 3), "ö  ");
  EXPECT_EQ(padded("öäü", 2), "öäü");
}

// The last words of a program may be anything.
TEST(Line, ShowsNothingThatMovesTheCursor) {
  EXPECT_EQ(shown({{"a\x1b[2Jb\r\nc\x7f"}}, 80, false), "a?[2Jb??c?");
  EXPECT_EQ(shown({{"\xc2\x9b"
                    "2J \xff\xfe \xe2\x82"}},
                  80, false),
            "?2J ?? ?");
}

}  // namespace
}  // namespace trunkline::deployer
