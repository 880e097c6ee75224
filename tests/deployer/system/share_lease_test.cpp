#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// What becomes of a share when its deployer, or HAProxy, is gone: the lease.
namespace trunkline::deployer {
namespace {

using base::Millis;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr Millis kLease{3000};
// A lease ends with a whole second, is renewed before, and the report of the load is a little late.
constexpr Millis kGoneWithin = kLease + Millis{2500};

struct ShareLease : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack_marked("2");
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 4s }] }"});
    rig.start_load();
  }

  // A release that shows its version to a tenth of the users.
  std::unique_ptr<Background> begin() {
    auto run = rig.begin_release("2");
    EXPECT_TRUE(rig.wait_for_step("bake")) << run->output();
    EXPECT_EQ(rig.status_share(), 0.1);
    EXPECT_TRUE(rig.somebody_meets_it());
    return run;
  }

  void expect_no_request_failed() {
    const base::Json users = rig.end_load();
    EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  }

  void expect_completes(const Ran& resumed) {
    ASSERT_EQ(resumed.code, 0) << resumed.out << resumed.err;
    EXPECT_EQ(rig.fleet(), "twin 2");
  }

  ShareRig rig;
};

TEST_F(ShareLease, EndsAfterAnInterruptionAndTheShareIsTakenUpAgainProbed) {
  const auto run = begin();
  run->signal(SIGINT);
  const Ran interrupted = run->wait();
  EXPECT_EQ(interrupted.code, 130);
  EXPECT_THAT(interrupted.out,
              AllOf(HasSubstr("deployer resume shortener"), HasSubstr("HAProxy sends all users back")));
  EXPECT_LT(rig.until_nobody_meets_it(), kGoneWithin);
  EXPECT_EQ(rig.status_share(), 0);
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");

  const auto resume = rig.begin({"resume"});
  EXPECT_TRUE(rig.somebody_meets_it());
  const Ran resumed = resume->wait();
  EXPECT_THAT(resumed.out, HasSubstr("probe web1-twin, web2-twin, web3-twin  done"));
  expect_completes(resumed);
  expect_no_request_failed();
}

TEST_F(ShareLease, EndsWithNobodyHelpingWhenTheDeployerIsKilled) {
  const auto run = begin();
  std::vector<pid_t> before = rig.processes();
  run->signal(SIGKILL);
  run->wait();
  const Millis gone = rig.until_nobody_meets_it();
  EXPECT_LT(gone, kGoneWithin);
  RecordProperty("gone_ms", std::to_string(gone.count()));
  EXPECT_EQ(rig.status_share(), 0);
  EXPECT_EQ(rig.entry_share(), 1000) << "nobody wrote it down: it ran out";

  const Ran resumed = rig.deployer({"resume"});
  EXPECT_THAT(resumed.out, Not(HasSubstr("start the new revision")));
  expect_completes(resumed);
  const std::vector<pid_t> after = rig.processes();
  EXPECT_EQ(after.size(), 6U);
  EXPECT_TRUE(std::includes(before.begin(), before.end(), after.begin(), after.end())) << "nothing was started";
  expect_no_request_failed();
}

TEST_F(ShareLease, IsNotTakenUpAgainByADeployerThatWasStopped) {
  const auto run = begin();
  run->signal(SIGSTOP);
  EXPECT_LT(rig.until_nobody_meets_it(), kGoneWithin);
  run->signal(SIGCONT);
  const Ran held = run->wait();
  EXPECT_EQ(held.code, 4) << held.out;
  EXPECT_THAT(held.out, HasSubstr("the lease of the new side's share ran out"));
  EXPECT_EQ(rig.status_share(), 0);
  const Ran aborted = rig.deployer({"abort"});
  EXPECT_EQ(aborted.code, 3) << aborted.out << aborted.err;
  EXPECT_EQ(rig.fleet(), "home 1");
  expect_no_request_failed();
}

TEST_F(ShareLease, GoesOnOverAReloadOfHaproxy) {
  const auto run = begin();
  rig.reload_haproxy();
  EXPECT_EQ(rig.entry_share(), 1000);
  EXPECT_EQ(rig.status_share(), 0.1);
  EXPECT_TRUE(rig.somebody_meets_it());
  const Ran ran = run->wait();
  expect_completes(ran);
  EXPECT_THAT(ran.out, HasSubstr("was reloaded or started anew"));
  expect_no_request_failed();
}

// Whoever comes while it is gone is refused; who comes afterwards is served, and as many as before meet the new side.
TEST_F(ShareLease, GoesOnWhenHaproxyIsKilledAndStartedAnew) {
  const auto run = begin();
  rig.kill_haproxy();
  rig.start_haproxy();
  EXPECT_TRUE(rig.somebody_meets_it());
  const Ran ran = run->wait();
  expect_completes(ran);
  EXPECT_THAT(ran.out, HasSubstr("was reloaded or started anew"));
  const int64_t failed = number(rig.end_load(), "failed");
  RecordProperty("failed", std::to_string(failed));
  rig.start_load();
  rig.wait_for_users();
  expect_no_request_failed();
}

// Without the state file the twins come up in maintenance: the users of the share would find nobody there.
TEST_F(ShareLease, OpensTheDoorAgainThatHaproxyForgot) {
  rig.write(
      {.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 8s }] }", .lease = "60s", .background = "[]"});
  const auto run = begin();
  rig.kill_haproxy();
  std::filesystem::remove(rig.path("shares.state"));
  rig.start_haproxy();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] { return rig.version_for({{"X-Release", "canary"}}) == "2"; }));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{5}) << "long before a renewal";
  expect_completes(run->wait());
}

}  // namespace
}  // namespace trunkline::deployer
