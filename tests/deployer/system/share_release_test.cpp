#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "tests/deployer/system/share_rig.h"

// Releases by shares of users, on a real HAProxy.
namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

struct ShareRelease : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack_marked("2");
    rig.start_load();
  }

  // All that came in were answered well.
  void expect_no_request_failed() {
    const base::Json users = rig.end_load();
    EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  }
  Pool pool() const { return rig.service().load_stable()->pool; }

  ShareRig rig;
};

TEST_F(ShareRelease, CompletesAtTheTwinsAndGoesBackHomeNextTime) {
  rig.pack("3");
  EXPECT_EQ(rig.fleet(), "home 1");
  const auto canary = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << canary->output();
  const base::Json during = rig.status();
  EXPECT_EQ(rig.status_share(), 0.1);
  EXPECT_NE(base::find(during, "until"), nullptr) << base::to_pretty_text(during);
  EXPECT_EQ(base::find(during, "instances")->as_array().size(), 6U);
  const Ran ran = canary->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  EXPECT_EQ(pool(), Pool::twin);
  EXPECT_EQ(rig.status_share(), 1);
  EXPECT_EQ(base::find(rig.status(), "until"), nullptr);
  EXPECT_EQ(rig.version_for({}), "2");

  const Ran back = rig.release("3");
  ASSERT_EQ(back.code, 0) << back.out << back.err;
  EXPECT_EQ(rig.fleet(), "home 3");
  EXPECT_EQ(pool(), Pool::home);
  EXPECT_EQ(rig.version_for({}), "3");
  EXPECT_EQ(rig.processes().size(), 6U);
  expect_no_request_failed();
}

TEST_F(ShareRelease, TakesAFaultBackAtATenthOfTheUsers) {
  rig.pack("3", "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=1");
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 20s }] }"});
  const Ran ran = rig.release("3");
  ASSERT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("taking it back: error-ratio: 1 breaks result < 0.05"),
                             HasSubstr("send nobody to the new side  done")));
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(rig.entry_share(), 0);
  rig.until_nobody_meets_it();
  const base::Json users = rig.end_load();
  EXPECT_GT(number(users, "met_fault"), 0);
  EXPECT_EQ(number(users, "failed"), number(users, "met_fault")) << base::to_pretty_text(users);
  const base::Json explained = *base::parse_json(rig.deployer({"explain", "--json"}).out);
  EXPECT_EQ(number(explained, "requests_served_by_new"), number(users, "met_fault"));
  RecordProperty("met_fault", std::to_string(number(users, "met_fault")));
  RecordProperty("requests", std::to_string(number(users, "requests")));
}

TEST_F(ShareRelease, GrowsEvenly) {
  rig.write({.strategy = "{ type: linear, step: 25%, every: 600ms }"});
  const auto linear = rig.begin_release("2");
  for (const int share : {2500, 5000, 7500}) {
    EXPECT_TRUE(eventually([&] { return rig.entry_share() == share; })) << linear->output();
  }
  const Ran ran = linear->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_no_request_failed();
}

TEST_F(ShareRelease, GoesToAllAtOnceWithTheOldStillHot) {
  rig.write({.strategy = "{ type: allAtOnce, postPromotion: { bake: 1s } }"});
  const auto all = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << all->output();
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");
  EXPECT_EQ(rig.version_for({}), "2");
  const Ran ran = all->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_no_request_failed();
}

struct BlueGreen : ShareRelease {
  // Nobody sends the header but the test: while it waits there is nothing to judge by.
  void write(const std::string& on_timeout) {
    rig.write({.strategy = "{ type: blueGreen, approval: { timeout: " + on_timeout + " } }"});
  }
  const base::Headers preview{{"X-Release", "canary"}};
};

TEST_F(BlueGreen, IsSeenByWhoAsksUntilAPersonSaysYes) {
  write("60s");
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("wait for a person's word")) << run->output();
  EXPECT_EQ(rig.version_for(preview), "2");
  EXPECT_EQ(rig.version_for({}), "1");
  rig.until_nobody_meets_it();
  EXPECT_EQ(number(rig.load(), "met_fault"), 0);
  EXPECT_EQ(rig.status_share(), 0);
  const Ran word = rig.deployer({"promote"});
  EXPECT_EQ(word.code, 0) << word.err;
  const Ran ran = run->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_no_request_failed();
}

TEST_F(BlueGreen, IsTakenAwayWhenNobodySaysAnything) {
  write("2s, onTimeout: rollback");
  const Ran ran = rig.release("2");
  ASSERT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("nobody gave their word within 2s"));
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(rig.version_for(preview), "1");
  EXPECT_EQ(number(rig.load(), "met_fault"), 0);
  expect_no_request_failed();
}

struct Waves : ShareRelease {
  const std::string waves = "[{ name: box, instances: 1, bake: 1s }, { name: rest, instances: 2, requires: [box] }]";
};

TEST_F(Waves, GoOneAfterTheOtherInPlace) {
  rig.write({.strategy = "{ type: rolling, maxUnavailable: 1 }", .waves = waves});
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  EXPECT_EQ(rig.versions(), (std::vector<std::string>{"2", "1", "1"}));
  const Ran ran = run->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "home 2");
  expect_no_request_failed();
}

// A wave takes no more users than it is of the fleet.
TEST_F(Waves, TakeTheirPartOfTheUsersOnOneDial) {
  rig.write(
      {.strategy = "{ type: canary, steps: [{ setWeight: 30 }, { bake: 500ms }], postPromotion: { bake: 500ms } }",
       .waves = waves});
  const auto run = rig.begin_release("2");
  for (const int share : {1000, 3333, 5333, 10'000}) {
    EXPECT_TRUE(eventually([&] { return rig.entry_share() == share; })) << share << run->output();
  }
  const Ran ran = run->wait();
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_no_request_failed();
}

}  // namespace
}  // namespace trunkline::deployer
