#include <csignal>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// The first release of a service that runs already, started by somebody else.
namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

struct TakingOver : testing::Test {
  void SetUp() override {
    rig.pack("1");
    for (int i = 0; i < 3; ++i) {
      others.push_back(std::make_unique<Background>(
          std::vector<std::string>{"env", "TRUNKLINE_VERSION=other", kShortener, "serve", "--store",
                                   "sqlite:" + rig.path("links.db").string(), "--listen", rig.address(i)},
          rig.path(fmt::format("other-{}.out", i))));
    }
    ASSERT_TRUE(eventually([&] { return rig.versions() == std::vector<std::string>(3, "other"); }));
    // HAProxy saw them down when it started.
    int served = 0;
    ASSERT_TRUE(eventually([&] {
      served = rig.version_for({}) == "other" ? served + 1 : 0;
      return served >= 30;
    }));
    rig.start_load();
  }

  Ran run(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"run", rig.path("rollout.yaml")};
    words.insert(words.end(), more.begin(), more.end());
    return rig.deployer(words);
  }
  // Nothing was touched: the others serve everybody, and no process of ours runs.
  void expect_untouched() const {
    EXPECT_THAT(rig.servers(), Each("ready"));
    EXPECT_EQ(rig.processes().size(), 0u);
    EXPECT_THAT(rig.versions(), Each("other"));
  }

  ShareRig rig;
  std::vector<std::unique_ptr<Background>> others;
};

TEST_F(TakingOver, IsRefusedWithoutASayAndTouchesNothing) {
  const Ran ran = run();
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_THAT(ran.err, AllOf(HasSubstr("web1 at " + rig.address(0) + ": pid "), HasSubstr("shortener serve"),
                             HasSubstr("--take-over"), HasSubstr("nothing was touched")));
  expect_untouched();
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

TEST_F(TakingOver, MovesUsersToNewInstancesBesideAndSaysWhatToStop) {
  const Ran ran = run({"--take-over"});
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(rig.fleet(), HasSubstr("twin 1"));
  EXPECT_THAT(ran.out, AllOf(HasSubstr("web1 at " + rig.address(0) + " serves nobody any more: pid "),
                             HasSubstr("web3 at " + rig.address(2))));
  EXPECT_EQ(rig.version_for({}), "1");
  EXPECT_THAT(rig.deployer({"undo"}).err, HasSubstr("not started by the deployer"));

  rig.pack("2");
  const Ran blocked = rig.release("2");
  EXPECT_EQ(blocked.code, 1) << "the next release needs the places of those that still run: " << blocked.out;
  EXPECT_THAT(blocked.err, HasSubstr("web2 at " + rig.address(1)));
  others.clear();
  const Ran next = rig.release("2");
  EXPECT_EQ(next.code, 0) << next.out << next.err;
  EXPECT_EQ(rig.fleet(), "home 2");
  EXPECT_EQ(rig.deployer({"undo"}).code, 0);
  EXPECT_EQ(rig.fleet(), "twin 1");
  EXPECT_EQ(number(rig.end_load(), "failed"), 0) << base::to_text(rig.load());
}

TEST_F(TakingOver, GoesBackToWhatRanBeforeWhereTheNewVersionIsBad) {
  rig.pack("bad", "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=1");
  const Ran ran = run({"--take-over", "--artifact", rig.artifact("bad")});
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  expect_untouched();
  EXPECT_EQ(rig.deployer({"undo"}).code, 1) << "there is nothing to go back to";
  const Ran again = run({"--take-over"});
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_THAT(rig.fleet(), HasSubstr("twin 1"));
}

TEST_F(TakingOver, GoesBackByAPersonsWordAfterTheDeployerWasKilled) {
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 1m }] }", .background = "[]"});
  const auto killed = rig.begin({"run", rig.path("rollout.yaml"), "--take-over"});
  ASSERT_TRUE(rig.wait_for_step("bake")) << killed->output();
  killed->signal(SIGKILL);
  killed->wait();
  const Ran aborted = rig.deployer({"abort"});
  EXPECT_EQ(aborted.code, 3) << aborted.out << aborted.err;
  expect_untouched();
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

TEST_F(TakingOver, NeedsAStrategyByShareAndTheAddressesThatServe) {
  rig.write_rollout();
  const Ran in_place = run({"--take-over"});
  EXPECT_EQ(in_place.code, 2) << in_place.out;
  EXPECT_THAT(in_place.err, HasSubstr("strategy.type: --take-over moves users by shares"));
  expect_untouched();
}

// Two people, each with a state folder, and one service.
TEST(Occupancy, OfAnotherStateFolderIsSeen) {
  Rig rig;
  rig.release_first();
  rig.start_load();
  const Ran ran =
      run_command({TRUNKLINE_BIN_DIR "/deployer", "run", rig.path("rollout.yaml"), "--state", rig.path("mine")});
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_THAT(ran.err, AllOf(HasSubstr("Another state folder runs this service"),
                             HasSubstr("--state " + rig.path("state").string())));
  EXPECT_THAT(rig.servers(), Each("ready"));
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

// Its own program ends at once; the probes are answered by somebody who came in between.
TEST(Occupancy, OfAnAddressByAnotherProgramEndsTheRelease) {
  Rig rig;
  rig.pack("1", "sleep 2; exec bin/shortener serve \"$@\"");
  const auto run = rig.begin({"run", rig.path("rollout.yaml")});
  ASSERT_TRUE(rig.wait_for_step("probe")) << run->output();
  const Background intruder({"env", "TRUNKLINE_VERSION=1", kShortener, "serve", "--store",
                             "sqlite:" + rig.path("links.db").string(), "--listen", rig.address(0)},
                            rig.path("intruder.out"));
  const Ran ran = run->wait();
  EXPECT_NE(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, testing::AnyOf(HasSubstr("no process of web1"), HasSubstr("its process ended")));
  EXPECT_EQ(rig.version_at(rig.address(0)), "1") << "the intruder is left alone";
}

TEST(Occupancy, OfAnotherMachineIsNoBusinessOfThisDriver) {
  Rig rig;
  rig.pack("1");
  RolloutText text;
  text.instances = "  instances:\n    - { id: web1, address: \"192.0.2.1:80\" }\n    - { id: web2, address: \"" +
                   rig.address(1) + "\" }\n    - { id: web3, address: \"" + rig.address(2) + "\" }\n";
  rig.write_rollout(text);
  const Ran ran = rig.deployer({"run", rig.path("rollout.yaml")});
  EXPECT_EQ(ran.code, 2) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("192.0.2.1 of web1 is no address of this machine"));
  EXPECT_THAT(rig.servers(), Each("ready"));
}

}  // namespace
}  // namespace trunkline::deployer
