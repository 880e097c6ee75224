#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// The machine goes down in the middle of a release, with all that runs on it.
namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Reboot : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack_marked("2");
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 300ms }, { pause: { timeout: 1m } }] }",
               .background = "[]"});
    const auto run = rig.begin_release("2");
    ASSERT_TRUE(rig.wait_for_step("wait")) << run->output();
    run->signal(SIGKILL);
    run->wait();
    rig.kill_haproxy();
    ASSERT_TRUE(eventually([this] {
      for (const pid_t pid : rig.processes()) kill(pid, SIGKILL);
      return rig.processes().empty();
    }));
    rig.start_haproxy();
  }

  ShareRig rig;
};

TEST_F(Reboot, IsGoneOnFromWithEverythingStartedAgain) {
  const auto resume = rig.begin({"resume"});
  ASSERT_TRUE(eventually([&] { return resume->output().find("waits for a person") != std::string::npos; }));
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");
  EXPECT_EQ(rig.deployer({"promote"}).code, 0);
  const Ran ran = resume->wait();
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("web1 did not run any more: started again with 1"),
                             HasSubstr("web1-twin did not run any more: started again with 2")));
  EXPECT_EQ(rig.fleet(), "twin 2");
}

TEST_F(Reboot, IsTakenBackFrom) {
  const Ran ran = rig.deployer({"abort"});
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "home 1");
}

TEST(RebootWithoutARelease, IsMendedByResume) {
  ShareRig rig;
  rig.release_first();
  rig.pack("2");
  rig.write({.strategy = "{ type: allAtOnce }", .background = "[]"});
  ASSERT_EQ(rig.release("2").code, 0);
  ASSERT_EQ(rig.fleet(), "twin 2");
  EXPECT_THAT(rig.deployer({"resume"}).out, HasSubstr("no unfinished rollout")) << "everything runs";
  rig.kill_haproxy();
  ASSERT_TRUE(eventually([&rig] {
    for (const pid_t pid : rig.processes()) kill(pid, SIGKILL);
    return rig.processes().empty();
  }));
  rig.start_haproxy();
  const Ran ran = rig.deployer({"resume"});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("web1-twin did not run any more: started again with 2"));
  EXPECT_EQ(rig.fleet(), "twin 2");
  EXPECT_EQ(rig.version_for({}), "2") << "users get there";
  EXPECT_EQ(rig.deployer({"down"}).code, 0);
  EXPECT_THAT(rig.deployer({"resume"}).out, HasSubstr("no unfinished rollout")) << "a person took it down";
  EXPECT_EQ(rig.fleet(), "");
}

}  // namespace
}  // namespace trunkline::deployer
