#include "deployer/drivers/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "deployer/drivers/proc.h"

namespace trunkline::deployer {
namespace {

TEST(Memory, IsCountedByProcessGroup) {
  const auto memory = memory_by_group();
  ASSERT_TRUE(memory.contains(getpgrp()));
  EXPECT_GT(memory.at(getpgrp()), 1'000'000);
}

TEST(Memory, IsAvailable) {
  ASSERT_TRUE(available_memory());
  EXPECT_GT(*available_memory(), 1'000'000);
}

TEST(Proc, NamesTheParentOfAProcess) {
  EXPECT_EQ(stat_field(getpid(), 3), getppid());
  EXPECT_EQ(stat_field(getpid(), 4), getpgrp());
  EXPECT_EQ(stat_field(1 << 30, 3), std::nullopt);
}

}  // namespace
}  // namespace trunkline::deployer
