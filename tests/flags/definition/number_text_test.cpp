#include "flags/definition/number_text.h"

#include <gtest/gtest.h>
#include <limits>

namespace trunkline::flags {
namespace {

// Number::toString of ECMA-262.
TEST(NumberText, IsJavaScripts) {
  const std::pair<double, const char*> cases[] = {
      {0, "0"},
      {-0.0, "0"},
      {10, "10"},
      {-1.5, "-1.5"},
      {0.1 + 0.2, "0.30000000000000004"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {0.000001, "0.000001"},
      {0.0000012, "0.0000012"},
      {1e-7, "1e-7"},
      {1.25e-7, "1.25e-7"},
      {5e-324, "5e-324"},
      {9007199254740993.0, "9007199254740992"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const auto& [number, text] : cases) EXPECT_EQ(number_text(number), text);
  EXPECT_EQ(number_text(base::Json(INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(number_text(base::Json(UINT64_MAX)), "18446744073709551615");
}

}  // namespace
}  // namespace trunkline::flags
