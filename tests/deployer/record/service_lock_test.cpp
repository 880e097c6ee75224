#include "deployer/record/service_lock.h"

#include <gtest/gtest.h>
#include <thread>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace {

class ServiceLockTest : public testing::Test {
 protected:
  base::TempFolder temp_ = *base::TempFolder::make("lock");
  ServiceFolder folder_{temp_.path(), "shop"};

  void SetUp() override { ASSERT_TRUE(folder_.make()); }
};

TEST_F(ServiceLockTest, BelongsToOneAtATime) {
  {
    const auto lock = ServiceLock::take(folder_, "run");
    ASSERT_TRUE(lock) << to_string(lock.error());
    EXPECT_TRUE(ServiceLock::is_held(folder_));
    const auto second = ServiceLock::take(folder_, "abort");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, base::Kind::locked);
    EXPECT_NE(second.error().message.find("holds it with `run`"), std::string::npos) << second.error().message;
    EXPECT_TRUE(lock->fence()());
  }
  EXPECT_FALSE(ServiceLock::is_held(folder_));
  EXPECT_TRUE(ServiceLock::take(folder_, "resume"));
}

TEST_F(ServiceLockTest, LetsNothingOfTheOneBeforeThrough) {
  const auto old = ServiceLock::take(folder_, "run");
  ASSERT_TRUE(old);
  const Fence fence = old->fence();
  EXPECT_TRUE(fence());
  const auto taker = ServiceLock::take(folder_, "lock --take", ServiceLock::Force::take_over);
  ASSERT_TRUE(taker) << to_string(taker.error());
  const auto refused = fence();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::Kind::locked);
  EXPECT_TRUE(taker->fence()());
}

TEST_F(ServiceLockTest, WaitsForAnActThatIsUnderWay) {
  const auto old = ServiceLock::take(folder_, "run");
  ASSERT_TRUE(old);
  auto act = old->fence()();
  ASSERT_TRUE(act);
  std::jthread ends([&act] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    act->reset();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(ServiceLock::take(folder_, "lock --take", ServiceLock::Force::take_over));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(90));
}

}  // namespace
}  // namespace trunkline::deployer
