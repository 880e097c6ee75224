#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// A new version that was ready when users were let in, and stops being ready while they are there.
namespace trunkline::deployer {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

struct Unready : testing::Test {
  void SetUp() override {
    write("{ type: canary, steps: [{ setWeight: 50 }, { bake: 5m }] }");
    rig.pack("1", "exec bin/talker \"$@\"", TALKER);
    const Ran ran = rig.release("1");
    ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
    rig.pack("2", "exec bin/talker \"$@\" --unready-if " + rig.path("unready").string(), TALKER);
  }

  void write(const std::string& strategy) const {
    rig.write({.strategy = strategy, .lease = "1m", .background = "[]"});
  }
  void stop_being_ready() const { std::ofstream(rig.path("unready")) << ""; }

  // Each request is another user; all are answered until the condition holds.
  void expect_all_served_until(const std::function<bool()>& condition) const {
    int failed = 0, asked = 0;
    EXPECT_TRUE(eventually([&] {
      ++asked;
      failed += rig.version_for({}).empty() ? 1 : 0;
      return condition();
    }));
    EXPECT_EQ(failed, 0) << "of " << asked;
  }
  std::function<bool()> only_version_1_for(int requests) const {
    return [this, requests, in_a_row = 0]() mutable {
      in_a_row = rig.version_for({}) == "1" ? in_a_row + 1 : 0;
      return in_a_row >= requests;
    };
  }
  void expect_taken_back(Background& run) const {
    const Ran ran = run.wait();
    EXPECT_EQ(ran.code, 3) << ran.out;
    EXPECT_THAT(ran.out, AnyOf(HasSubstr("new instances are ready at HAProxy"), HasSubstr("readiness probe /readyz")));
  }

  ShareRig rig;
};

TEST_F(Unready, IsTakenBackInABakeAndNoUserIsLost) {
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  ASSERT_TRUE(eventually([&] { return rig.version_for({}) == "2"; }));
  stop_being_ready();
  expect_all_served_until([&] { return rig.state().phase == Phase::done; });
  expect_taken_back(*run);
}

TEST_F(Unready, IsTakenBackWhileAnApprovalIsWaitedFor) {
  write("{ type: canary, steps: [{ setWeight: 50 }, { pause: { until: approval, timeout: 10m } }] }");
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(eventually([&] { return rig.version_for({}) == "2"; })) << run->output();
  stop_being_ready();
  expect_all_served_until([&] { return rig.state().phase == Phase::done; });
  expect_taken_back(*run);
}

TEST_F(Unready, IsTakenBackAfterItsPromotionWhileTheOldSideIsThere) {
  write("{ type: allAtOnce, postPromotion: { bake: 5m } }");
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  stop_being_ready();
  expect_all_served_until([&] { return rig.state().phase == Phase::done; });
  expect_taken_back(*run);
  EXPECT_THAT(rig.versions(), testing::Each("1"));
}

// The balancer alone protects them, with nobody there who could act.
TEST_F(Unready, LosesItsUsersToTheStableSideWithNoDeployerAtWork) {
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  run->signal(SIGKILL);
  run->wait();
  ASSERT_TRUE(eventually([&] { return rig.version_for({}) == "2"; }));
  stop_being_ready();
  expect_all_served_until(only_version_1_for(100));
}

TEST_F(Unready, IsTakenBackWhereInstancesAreReplacedInPlace) {
  write("{ type: oneBox, bake: 5m }");
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  stop_being_ready();
  expect_all_served_until([&] { return rig.state().phase == Phase::done; });
  expect_taken_back(*run);
  EXPECT_THAT(rig.versions(), testing::Each("1"));
}

}  // namespace
}  // namespace trunkline::deployer
