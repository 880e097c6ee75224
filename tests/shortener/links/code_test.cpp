#include "shortener/links/code.h"

#include <gtest/gtest.h>
#include <set>

#include "shortener/links/rules.h"

namespace trunkline::shortener {
namespace {

TEST(RandomCode, HasSevenCharactersWhateverTheNumber) {
  std::set<std::string> codes;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::string code = random_code(i * 0x9E3779B97F4A7C15);
    EXPECT_EQ(code.size(), 7U);
    EXPECT_TRUE(is_code(code));
    codes.insert(code);
  }
  EXPECT_EQ(codes.size(), 1000U);
  EXPECT_EQ(random_code(0), "0000000");
}

TEST(SequentialCode, CountsInBase62) {
  EXPECT_EQ(sequential_code(0), "0");
  EXPECT_EQ(sequential_code(61), "z");
  EXPECT_EQ(sequential_code(62), "10");
  EXPECT_EQ(sequential_code(~std::uint64_t{0}), "LygHa16AHYF");
}

}  // namespace
}  // namespace trunkline::shortener
