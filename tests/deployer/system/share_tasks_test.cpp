#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.h"
#include "tests/deployer/system/share_rig.h"

// Tasks and hooks around a release.
namespace trunkline::deployer {
namespace {

using base::Millis;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct ReleaseTasks : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack("2");
  }

  void write(const std::string& extra) {
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 200ms }] }",
               .background = "[]",
               .extra = extra});
  }
  // A shell line as a task or hook; what it says goes to a file.
  std::string shell(const std::string& line) const { return "[sh, -c, '" + line + "']"; }
  std::string said() const { return rig.path("said").string(); }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    const std::string text = base::read_file(said()).value_or("");
    for (const std::string_view line : base::split(base::trim(text), '\n')) all.emplace_back(line);
    return all;
  }

  ShareRig rig;
};

TEST_F(ReleaseTasks, RunOnceThoughTheDeployerIsKilledInTheMiddleOfOne) {
  write("tasks: [{ name: migrate, command: " +
        shell("echo begun {{revision.version}} >>" + said() + "; while [ ! -e " + rig.path("go").string() +
              " ]; do sleep 0.02; done; echo ended >>" + said()) +
        " }]\n");
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(eventually([&] { return lines() == std::vector<std::string>{"begun 2"}; })) << run->output();
  run->signal(SIGKILL);
  run->wait();
  EXPECT_EQ(rig.fleet(), "home 1");
  const auto resume = rig.begin({"resume"});
  ASSERT_TRUE(eventually([&] { return resume->output().find("taken up again") != std::string::npos; }));
  std::ofstream(rig.path("go")) << "";
  const Ran resumed = resume->wait();
  EXPECT_EQ(resumed.code, 0) << resumed.out;
  EXPECT_THAT(lines(), ElementsAre("begun 2", "ended"));
  EXPECT_EQ(rig.fleet(), "twin 2");
  // A release of the same revision needs no migration.
  EXPECT_EQ(rig.release("2").code, 0);
  EXPECT_THAT(lines(), ElementsAre("begun 2", "ended"));
}

TEST_F(ReleaseTasks, ThatFailTakeTheReleaseBackBeforeAnythingIsStarted) {
  write("tasks: [{ name: migrate, command: " + shell("echo no such table; exit 7") + " }]\n");
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("migrate ended with exit 7"), HasSubstr("no such table")));
  EXPECT_THAT(rig.deployer({"explain"}).out, HasSubstr("no such table"));
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(base::find(rig.history().back(), "first_exposed_at"), nullptr);
}

TEST_F(ReleaseTasks, AndHooksRunInTheirOrder) {
  const auto say = [&](const std::string& word) { return shell("echo " + word + " >>" + said()); };
  std::string hooks = "hooks:\n";
  for (const char* point :
       {"preRollout", "beforeDrain", "afterDrain", "beforeTraffic", "afterTraffic", "postRollout", "onRollback"}) {
    hooks += std::string("  ") + point + ": [" + say(point) + "]\n";
  }
  write(hooks + "tasks: [{ name: expand, command: " + say("expand") +
        " }, { name: contract, phase: contract, command: " + say("contract") + " }]\n");
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(lines(), ElementsAre("preRollout", "expand", "beforeTraffic", "afterTraffic", "beforeDrain", "afterDrain",
                                   "contract", "postRollout"));
}

// Whoever waits for a hook that hangs must still be heard.
TEST_F(ReleaseTasks, ThatHangAreEndedWhenSomebodyTakesTheReleaseBack) {
  write("hooks: { afterTraffic: [" + shell("echo hangs >>" + said() + "; sleep 100") + "], onRollback: [" +
        shell("echo back >>" + said()) + "] }\n");
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(eventually([&] { return lines() == std::vector<std::string>{"hangs"}; })) << run->output();
  EXPECT_EQ(rig.deployer({"abort"}).code, 0);
  const Ran ran = run->wait();
  EXPECT_EQ(ran.code, 3) << ran.out;
  EXPECT_THAT(lines(), ElementsAre("hangs", "back"));
  EXPECT_EQ(rig.fleet(), "home 1");
}

// The check that is slow says nothing before users are back.
TEST_F(ReleaseTasks, AndSlowChecksDoNotKeepUsersOnABadRevision) {
  rig.pack("3", "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=1");
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 20s }] }",
             .extra = "        - name: slow\n"
                      "          exec: { command: [sh, -c, 'sleep 4; echo 0'], timeout: 5s }\n"
                      "          successCondition: result < 1\n"
                      "          interval: 200ms\n"});
  rig.start_load();
  const Ran ran = rig.release("3");
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  rig.end_load();
  const auto journal = read_journal(rig.service().journal());
  std::optional<Millis> breached, back;
  for (size_t i = 0; i < journal->events.size(); ++i) {
    const auto* measured = std::get_if<event::Measured>(&journal->events[i].event);
    if (measured != nullptr && measured->measurement.value > 0.05) breached = journal->events[i].at;
  }
  // Looked at once, three of them, then the share: the fourth answer behind the breach.
  int done = 0;
  for (const Recorded& recorded : journal->events) {
    const bool behind = breached && recorded.at >= *breached && std::holds_alternative<event::Done>(recorded.event);
    if (behind && ++done == 4) back = recorded.at;
  }
  ASSERT_TRUE(back);
  EXPECT_LT(*back - *breached, Millis{2000});
  RecordProperty("back_ms", std::to_string((*back - *breached).count()));
}

}  // namespace
}  // namespace trunkline::deployer
