#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// What people say to a release by shares that is at work, from a second process.
namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct ShareWords : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack_marked("2");
    rig.start_load();
  }

  std::unique_ptr<Background> begin(const std::string& bake) {
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: " + bake + " }, { setWeight: 50 }, " +
                           "{ bake: 200ms }] }",
               .background = "[]"});
    auto run = rig.begin_release("2");
    EXPECT_TRUE(rig.wait_for_step("bake")) << run->output();
    return run;
  }

  void say(const std::vector<std::string>& word) {
    const Ran said = rig.deployer(word);
    EXPECT_EQ(said.code, 0) << said.out << said.err;
    EXPECT_THAT(said.out, HasSubstr("The deployer at work does it"));
  }

  void expect_no_request_failed() {
    const base::Json users = rig.end_load();
    EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  }

  ShareRig rig;
};

TEST_F(ShareWords, PauseItPastALeaseThatIsRenewedAndLetItGoOn) {
  const auto run = begin("1s");
  say({"pause"});
  EXPECT_TRUE(rig.state().paused);
  const auto paused_at = rig.state().now;
  EXPECT_TRUE(eventually([&] { return rig.state().now > paused_at + base::Millis{4000}; })) << "a lease is 3 s";
  EXPECT_EQ(rig.status_share(), 0.1);
  EXPECT_THAT(rig.deployer({"status"}).out, AllOf(HasSubstr("forward (paused)"), HasSubstr("share: 10 % until ")));
  say({"resume"});
  const Ran ran = run->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_no_request_failed();
}

TEST_F(ShareWords, SendItToAllUsersAtOnce) {
  const auto run = begin("60s");
  say({"promote", "--full"});
  const Ran ran = run->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, testing::Not(HasSubstr("send 50 % of users")));
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_no_request_failed();
}

TEST_F(ShareWords, TakeItBack) {
  const auto run = begin("60s");
  say({"abort"});
  const Ran ran = run->wait();
  ASSERT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("taking it back: aborted by "));
  EXPECT_EQ(rig.entry_share(), 0);
  EXPECT_EQ(rig.fleet(), "home 1");
  expect_no_request_failed();
}

// Users would be sent from a side that works to one that does not.
TEST_F(ShareWords, DoNotSendUsersBackToASideThatIsNotWell) {
  const auto run = begin("60s");
  for (int i = 0; i < 3; ++i) kill(Rig::programs_at(rig.address(i)).front(), SIGSTOP);
  say({"abort"});
  const Ran held = run->wait();
  EXPECT_EQ(held.code, 4) << held.out;
  EXPECT_THAT(held.out, AllOf(HasSubstr("held: could not probe web1, web2, web3"), HasSubstr("readiness probe")));
  for (int i = 0; i < 3; ++i) kill(Rig::programs_at(rig.address(i)).front(), SIGCONT);
  const Ran back = rig.deployer({"abort"});
  EXPECT_EQ(back.code, 3) << back.out << back.err;
  EXPECT_EQ(rig.fleet(), "home 1");
  rig.end_load();  // who was at the side that stood still was not served
}

}  // namespace
}  // namespace trunkline::deployer
