#include "deployer/support/reserve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;

struct ReserveTest : testing::Test {
  const base::TempFolder folder = *base::TempFolder::make("reserve");
  const fs::path file = folder.path() / "reserve";
  const Reserve reserve{file};
};

TEST_F(ReserveTest, TakesRealRoomOnce) {
  for (int again = 0; again < 2; ++again) {
    ASSERT_TRUE(reserve.fill());
    struct stat found{};
    ASSERT_EQ(stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_size, kReserve);
    EXPECT_GE(found.st_blocks * 512, kReserve);
  }
}

TEST_F(ReserveTest, StaysWhileThereIsRoom) {
  ASSERT_TRUE(reserve.fill());
  reserve.give_up_if_full();
  EXPECT_TRUE(fs::exists(file));
  reserve.give_up();
  EXPECT_FALSE(fs::exists(file));
  reserve.give_up();
}

TEST_F(ReserveTest, SaysWhereItCannotBe) {
  const auto refused = Reserve(folder.path() / "nowhere/reserve").fill();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("nowhere/reserve"));
}

}  // namespace
}  // namespace trunkline::deployer
