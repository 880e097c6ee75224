#include <algorithm>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// A service whose state folder was lost, and whether what runs is what the file says.
namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Adopting : testing::Test {
  void SetUp() override { rig.release_first(); }

  Ran adopt(const std::string& version, bool yes = true) const {
    std::vector<std::string> words = {"adopt", rig.path("rollout.yaml"), "--artifact", rig.artifact(version)};
    if (yes) words.push_back("--yes");
    return rig.deployer(words);
  }
  Ran verify(const std::string& version) const {
    return rig.deployer({"verify", rig.path("rollout.yaml"), "--artifact", rig.artifact(version)});
  }
  void lose_state() const { fs::remove_all(rig.service().root()); }

  ShareRig rig;
};

TEST_F(Adopting, GoesOnWithWhatRunsWhereAllStateIsLost) {
  const std::vector<pid_t> before = rig.processes();
  rig.start_load();
  lose_state();
  EXPECT_EQ(rig.deployer({"status"}).code, 2);
  const Ran adopted = adopt("1");
  ASSERT_EQ(adopted.code, 0) << adopted.out << adopted.err;
  EXPECT_THAT(adopted.out, AllOf(HasSubstr("web1"), HasSubstr("is the file's"), HasSubstr("adopted with 1")));
  EXPECT_EQ(rig.processes(), before) << "nothing was started or stopped";
  EXPECT_EQ(verify("1").code, 0) << verify("1").out;
  EXPECT_THAT(rig.deployer({"changes"}).out, AllOf(HasSubstr("adopt"), Not(HasSubstr("drift"))));
  rig.pack("2");
  EXPECT_EQ(rig.release("2").code, 0);
  EXPECT_EQ(rig.fleet(), "twin 2");
  EXPECT_EQ(rig.deployer({"undo"}).code, 0);
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

// The deployer was killed and its disk is gone: the lease has run out, the new side is nobody's.
TEST_F(Adopting, SendsUsersBackAndStopsWhatAReleaseLeftBehind) {
  rig.pack_marked("2");
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 1m }] }", .background = "[]"});
  rig.start_load();
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  run->signal(SIGKILL);
  run->wait();
  lose_state();
  const Ran adopted = adopt("1");
  ASSERT_EQ(adopted.code, 0) << adopted.out << adopted.err;
  EXPECT_THAT(adopted.out, HasSubstr("would be drained and stopped"));
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(rig.entry_share(), 0);
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
  EXPECT_EQ(verify("1").code, 0) << verify("1").out;
}

TEST_F(Adopting, KeepsAJournalThatCannotBeReadForAPerson) {
  const std::string text = *base::read_file(rig.service().journal());
  ASSERT_TRUE(base::write_file_atomically(rig.service().journal(), "garbage\n" + text));
  EXPECT_NE(rig.deployer({"status"}).code, 0);
  ASSERT_EQ(adopt("1").code, 0);
  EXPECT_EQ(verify("1").code, 0);
  const auto files = fs::directory_iterator(rig.service().root());
  EXPECT_TRUE(std::any_of(begin(files), end(files), [](const auto& entry) {
    return entry.path().filename().string().starts_with("journal.damaged-");
  }));
}

TEST_F(Adopting, RefusesWhatIsNotLostNotThatOrUnderNobodysCare) {
  const Ran whole = adopt("1");
  EXPECT_NE(whole.code, 0);
  EXPECT_THAT(whole.err, HasSubstr("nothing is lost"));
  lose_state();
  rig.pack("2");
  const Ran other = adopt("2");
  EXPECT_NE(other.code, 0);
  EXPECT_THAT(other.err, AllOf(HasSubstr("2 runs nowhere"), HasSubstr("--artifact")));
  EXPECT_EQ(rig.deployer({"adopt", rig.path("rollout.yaml"), "--artifact", "file:"}).code, 2);
  const Ran asked = adopt("1", false);
  EXPECT_EQ(asked.code, 2);
  EXPECT_THAT(asked.err, HasSubstr("--yes"));
  EXPECT_FALSE(fs::exists(rig.service().root())) << "nothing was touched";
}

struct Verifying : Adopting {};

TEST_F(Verifying, IsContentWithWhatTheFileSays) {
  rig.start_load();
  const Ran ran = verify("1");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("1 is the stable revision"), HasSubstr("runs 1, is ready and gets users"),
                             HasSubstr("error-ratio: 0"), HasSubstr("pass"), Not(HasSubstr("fail "))));
}

TEST_F(Verifying, SaysWhatIsNotSo) {
  rig.pack("2");
  const Ran other = verify("2");
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.out, HasSubstr("the file says 2"));
  // One that hangs.
  kill(rig.program(1), SIGSTOP);
  const Ran hangs = verify("1");
  kill(rig.program(1), SIGCONT);
  EXPECT_EQ(hangs.code, 1);
  EXPECT_THAT(hangs.out, HasSubstr("web2"));
}

TEST_F(Verifying, SeesAFaultOfTheStableRevision) {
  rig.pack("3", "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=1");
  rig.write({.strategy = "{ type: allAtOnce }", .background = "[]"});
  ASSERT_EQ(rig.release("3").code, 0);
  rig.write();
  rig.start_load();
  const Ran ran = verify("3");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("error-ratio"));
}

TEST_F(Verifying, TellsOfAnUnfinishedRollout) {
  rig.pack("2");
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 1m }] }", .background = "[]"});
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  const Ran ran = verify("2");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("not finished with 2"), HasSubstr("deployer resume")));
  run->signal(SIGTERM);
  run->wait();
}

}  // namespace
}  // namespace trunkline::deployer
