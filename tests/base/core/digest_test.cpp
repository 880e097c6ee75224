#include "base/core/digest.h"

#include <gtest/gtest.h>

#include "base/core/files.h"

namespace trunkline::base {
namespace {

constexpr const char* kAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2, B.1

TEST(Digest, IsTheStandardsSha256) {
  EXPECT_EQ(sha256("abc"), kAbc);
}

TEST(Digest, OfAFileIsThatOfItsText) {
  const auto folder = TempFolder::make("digest_test");
  ASSERT_TRUE(write_file_atomically(folder->path() / "f", "abc"));
  EXPECT_EQ(sha256_of_file(folder->path() / "f"), kAbc);
  EXPECT_EQ(sha256_of_file(folder->path() / "g").error().kind, Kind::not_found);
}

TEST(Digest, ComparesTokens) {
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", ""));
}

}  // namespace
}  // namespace trunkline::base
