#include "base/cli/terminal.h"

#include <gtest/gtest.h>

namespace trunkline::base::cli {
namespace {

TEST(Table, AlignsColumnsByCharactersAndLeavesNoTrailingSpaces) {
  EXPECT_EQ(format_table({{"name", "state"}, {"é", "up"}, {"longer", ""}}), "name    state\né       up\nlonger\n");
}

TEST(Paint, AddsNothingWhenColourIsOff) {
  EXPECT_EQ(paint("x", Colour::red, false), "x");
  EXPECT_EQ(paint("x", Colour::red, true), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace trunkline::base::cli
