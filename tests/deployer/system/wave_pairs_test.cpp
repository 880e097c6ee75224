#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// Waves that each have a pair of backends of their own, and so a dial of their own.
namespace trunkline::deployer {
namespace {

using testing::HasSubstr;

struct WavePairs : testing::Test {
  void SetUp() override {
    say("0");
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 50 }, { bake: 800ms }] }",
               .waves = "[{ name: east, instances: 2, service: east, twin: east-twin },"
                        " { name: west, instances: 2, requires: [east], service: west, twin: west-twin }]",
               .background = "[verdict]",
               .extra = "    verdict:\n      metrics:\n        - { name: verdict, interval: 200ms, successCondition: "
                        "result < 0.5, exec: { command: [cat, verdict] } }\n"});
    rig.release_first();
    rig.pack_marked("2");
    rig.start_load();
  }

  // What the check of every bake reads.
  void say(const std::string& verdict) const { std::ofstream(rig.path("verdict")) << verdict; }

  std::unique_ptr<Background> begin_up_to_the_second_wave() const {
    auto run = rig.begin_release("2");
    EXPECT_TRUE(eventually([&] { return rig.entry_share("east") == 5000; })) << run->output();
    EXPECT_EQ(rig.entry_share("west"), 0);
    EXPECT_TRUE(eventually([&] { return rig.entry_share("west") == 5000; })) << run->output();
    EXPECT_TRUE(rig.wait_for_step("bake")) << run->output();
    return run;
  }

  void expect_no_request_failed() {
    const base::Json users = rig.end_load();
    EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  }

  ShareRig rig{4, {"east", "west"}};
};

TEST_F(WavePairs, GoOneAfterTheOther) {
  const Ran ran = begin_up_to_the_second_wave()->wait();
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  EXPECT_EQ(rig.status_share(), 1);
  expect_no_request_failed();
}

TEST_F(WavePairs, AreAllTakenBackWhenTheSecondOneFails) {
  const auto run = begin_up_to_the_second_wave();
  say("1");
  const Ran ran = run->wait();
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("taking it back: verdict: 1 breaks result < 0.5"));
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(rig.entry_share("east"), 0);
  EXPECT_EQ(rig.entry_share("west"), 0);
  rig.until_nobody_meets_it();
  expect_no_request_failed();
}

TEST_F(WavePairs, GoOnInTheSecondOneAfterAKill) {
  const auto run = begin_up_to_the_second_wave();
  run->signal(SIGKILL);
  run->wait();
  const Ran resumed = rig.deployer({"resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  EXPECT_EQ(rig.processes().size(), 8U);
  expect_no_request_failed();
}

}  // namespace
}  // namespace trunkline::deployer
