#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/rig.h"

namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::MatchesRegex;

struct DeployerRefusal : testing::Test {
  // Exit code 2, these words on stderr, and nothing made or started.
  void expect_refused(const std::vector<std::string>& arguments, const std::string& why) {
    const Ran ran = rig.deployer(arguments);
    EXPECT_EQ(ran.code, 2) << ran.out << ran.err;
    EXPECT_THAT(ran.err, AllOf(testing::StartsWith("deployer: error: "), HasSubstr(why)));
    EXPECT_FALSE(fs::exists(rig.path("state"))) << why;
    EXPECT_THAT(rig.servers(), Each("ready"));
  }
  void expect_file_refused(const std::string& why) { expect_refused({"run", rig.path("rollout.yaml")}, why); }
  void rewrite(const std::string& from, const std::string& to) {
    rig.write_rollout();
    std::string text = *base::read_file(rig.path("rollout.yaml"));
    text.replace(text.find(from), from.size(), to);
    std::ofstream(rig.path("rollout.yaml")) << text;
  }

  Rig rig;
};

TEST_F(DeployerRefusal, TellsWhatIsWrongWithTheRequestAndMakesNothing) {
  rig.pack("1");
  const std::string file = rig.path("rollout.yaml");
  expect_refused({"run", file, "--fast"}, "--fast");
  expect_refused({"launch"}, "launch");
  expect_refused({"run", rig.path("missing.yaml")}, "missing.yaml");
  expect_refused({"run", file, "--artifact", rig.artifact("missing")}, "missing.tar.zst");
  std::ofstream(rig.path("dist/no.tar.zst")) << "no artifact";
  expect_refused({"run", file, "--artifact", rig.artifact("no")}, "no.tar.zst");
  rewrite("kind: Rollout", "kind: [Rollout");
  expect_file_refused("rollout.yaml:");
  rewrite("  stopGrace:", "  stopGrade:");
  expect_file_refused("rollout.yaml:8:3: ");
  expect_file_refused("stopGrace");
  rewrite("1.tar.zst\", keep", "1.tar.zst\", digest: sha256:" + std::string(64, 'a') + ", keep");
  expect_file_refused("artifact.digest");
  rig.write_rollout({.min_healthy = "100%"});
  expect_file_refused("minHealthy");
  rig.write_rollout({.backend = "shop"});
  expect_file_refused("shop");
  rig.write_rollout({.last_instance = "web9"});
  expect_file_refused("has no server \"web9\"");
  expect_refused({"plan", file, "--artifact", rig.artifact("missing")}, "missing.tar.zst");
  for (const char* command : {"status", "history", "explain", "resume", "abort", "down"}) {
    expect_refused({command}, "nothing was released yet");
  }
}

TEST_F(DeployerRefusal, BeginsNothingWithoutAWayBack) {
  rig.release_first();
  rig.pack("2");
  const auto stable = rig.service().load_stable();
  ASSERT_TRUE(stable && stable->revision);
  fs::rename(rig.service().release(*stable->revision), rig.path("elsewhere"));
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("to which this release would go back"));
  EXPECT_EQ(rig.state().outcome, Outcome::completed) << "the journal is still that of the first release";
  EXPECT_THAT(rig.versions(), Each("1"));
}

TEST_F(DeployerRefusal, LeavesNoInstanceToNobody) {
  rig.release_first();
  rig.pack("2");
  rewrite("    - { id: web3", "    # - { id: web3");
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 2) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("web3 runs, but is not in the list"));
  EXPECT_THAT(rig.versions(), Each("1"));
}

TEST_F(DeployerRefusal, StopsNobodyWhomUsersMayStillReach) {
  rig.release_first();
  rig.kill_haproxy();
  const Ran ran = rig.deployer({"down"});
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("--force"));
  EXPECT_THAT(rig.versions(), Each("1"));
  EXPECT_EQ(rig.deployer({"down", "--force"}).code, 0);
  EXPECT_TRUE(rig.processes().empty());
}

struct DeployerJournal : DeployerRefusal {
  fs::path journal() const { return rig.service().journal(); }

  // A release that was killed in its bake.
  void leave_unfinished() {
    rig.release_first();
    rig.pack("2");
    rig.start_load();
    const auto run = rig.begin_release("2");
    ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
    run->signal(SIGKILL);
    run->wait();
  }
};

TEST_F(DeployerJournal, GoesOnBehindATornRecord) {
  leave_unfinished();
  std::ofstream(journal(), std::ios::app) << "1a2b3c4d {\"at_ms\":99,\"wa";
  EXPECT_EQ(rig.release("2").code, 4);
  const Ran resumed = rig.deployer({"resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_THAT(rig.versions(), Each("2"));
  EXPECT_TRUE(read_journal(journal()));
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

TEST_F(DeployerJournal, GuessesNothingWhenItIsDamaged) {
  leave_unfinished();
  std::string text = *base::read_file(journal());
  text[text.find("\"done\"")] ^= 1;
  std::ofstream(journal()) << text;
  const auto versions = rig.versions();
  const auto processes = rig.processes();
  for (const Ran& ran : {rig.release("2"), rig.deployer({"resume"}), rig.deployer({"abort"}), rig.deployer({"status"}),
                         rig.deployer({"down"})}) {
    EXPECT_NE(ran.code, 0);
    EXPECT_THAT(ran.err, HasSubstr("journal:3: the journal is damaged here"));
  }
  EXPECT_EQ(*base::read_file(journal()), text);
  EXPECT_EQ(rig.versions(), versions);
  EXPECT_EQ(rig.processes(), processes);
}

// A file that cannot grow stands for a full disk.
TEST_F(DeployerJournal, StopsWhenTheDiskIsFullAndGoesOnWhenItIsNot) {
  rig.release_first();
  rig.pack("2");
  rig.write_rollout({.strategy = "{ type: oneBox, bake: 3s }"});
  rig.start_load();
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  run->limit_file_size(fs::file_size(journal()) + 100);
  const Ran stopped = run->wait();
  EXPECT_EQ(stopped.code, 1) << stopped.out;
  EXPECT_THAT(stopped.out, AllOf(HasSubstr("File too large"), HasSubstr("deployer resume shortener")));
  const Ran resumed = rig.deployer({"resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_THAT(rig.versions(), Each("2"));
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

}  // namespace
}  // namespace trunkline::deployer
