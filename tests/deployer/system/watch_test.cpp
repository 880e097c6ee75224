#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.h"
#include "tests/deployer/system/share_rig.h"
#include "tests/support/pseudo_terminal.h"

// Who watches a release from a second process.
namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const std::string kOtherScreen = "\x1b[?1049h", kFirstScreen = "\x1b[?1049l";
const std::string kNoCursor = "\x1b[?25l", kCursor = "\x1b[?25h";

struct Watching : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack("2");
    rig.start_load();
  }

  // The deployer with what it shows on a terminal of 100 columns and 40 lines.
  std::unique_ptr<base::PseudoTerminal> watch_screen(const std::map<std::string, std::string>& environment = {}) const {
    base::ProcessSpec spec{.argv = {TRUNKLINE_BIN_DIR "/deployer", "watch", "--state", rig.path("state")},
                           .environment = {{"TERM", "xterm-256color"}, {"NO_COLOR", ""}}};
    for (const auto& [name, value] : environment) spec.environment[name] = value;
    return std::make_unique<base::PseudoTerminal>(spec, 100, 40);
  }

  void write(const std::string& bake) const {
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: " + bake + " }] }"});
  }

  // Begun and under guard, until promote() says more.
  std::unique_ptr<Background> begin() const {
    write("60s");
    auto run = rig.begin_release("2");
    EXPECT_TRUE(rig.wait_for_step("bake")) << run->output();
    return run;
  }

  void promote() const { EXPECT_EQ(rig.deployer({"promote", "--full"}).code, 0); }

  ShareRig rig;
};

// The part of the text behind the last occurrence.
std::string behind(const std::string& text, const std::string& mark) {
  const size_t at = text.rfind(mark);
  return at == std::string::npos ? "" : text.substr(at + mark.size());
}

TEST_F(Watching, DrawsARealReleaseAndLeavesTheTerminalAsItWas) {
  const auto run = begin();
  const auto screen = watch_screen();
  EXPECT_TRUE(eventually([&] {
    const std::string seen = screen->output();
    return seen.find("10 %") != std::string::npos && seen.find("is at work with `run ") != std::string::npos &&
           seen.find("╌") != std::string::npos && seen.find("INSTANCE") != std::string::npos;
  })) << screen->output();
  promote();
  ASSERT_EQ(run->wait().code, 0) << run->output();
  EXPECT_EQ(screen->wait(kPatience).code, 0);
  const std::string all = screen->output();
  EXPECT_TRUE(all.starts_with(kOtherScreen + kNoCursor)) << all.substr(0, 40);
  EXPECT_THAT(all, AllOf(HasSubstr("\x1b[1mshare of shortener"), HasSubstr("███░░░"), HasSubstr("error-ratio"),
                         HasSubstr("\x1b[32m")));
  const std::string left = behind(all, kFirstScreen);
  EXPECT_THAT(left, AllOf(HasSubstr("completed"), HasSubstr("100 %"), HasSubstr("web1-twin"), Not(HasSubstr("\x1b[H"))))
      << "the last frame stays";
  EXPECT_THAT(all.substr(0, all.size() - left.size()), HasSubstr(kCursor));
}

TEST_F(Watching, LeavesTheTerminalAsItWasWhenItIsInterrupted) {
  const auto run = begin();
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto screen = watch_screen({{"NO_COLOR", "1"}});
    EXPECT_TRUE(eventually([&] { return screen->output().find("error-ratio") != std::string::npos; }));
    screen->signal(signal);
    EXPECT_EQ(screen->wait(kPatience).code, 130);
    EXPECT_THAT(screen->output(), AllOf(HasSubstr(kCursor), HasSubstr(kFirstScreen), Not(HasSubstr("\x1b[32m"))));
    EXPECT_THAT(behind(screen->output(), kFirstScreen), HasSubstr("goes on as it is"));
  }
  promote();
  EXPECT_EQ(run->wait().code, 0) << run->output();
}

TEST_F(Watching, FollowsTheSizeOfItsTerminal) {
  const auto run = begin();
  const auto screen = watch_screen();
  EXPECT_TRUE(eventually([&] { return screen->output().find("INSTANCE") != std::string::npos; }));
  screen->resize(30, 8);
  EXPECT_TRUE(eventually([&] {
    const std::string frame = behind(screen->output(), "\x1b[H");
    return frame.find("…") != std::string::npos && std::count(frame.begin(), frame.end(), '\n') == 7;
  }));
  promote();
  EXPECT_EQ(run->wait().code, 0) << run->output();
}

TEST_F(Watching, TellsElsewhereTheLinesOfRunFromItsBeginning) {
  const auto run = begin();
  const auto watch = rig.begin({"watch"});
  promote();
  const Ran ran = run->wait(), watched = watch->wait();
  EXPECT_EQ(watched.code, 0) << watched.out;
  EXPECT_EQ(watched.out, ran.out);
  EXPECT_EQ(rig.deployer({"watch"}).out, ran.out) << "also afterwards";
}

TEST_F(Watching, TellsADumbTerminalLinesToo) {
  write("1s");
  ASSERT_EQ(rig.release("2").code, 0);
  const auto screen = watch_screen({{"TERM", "dumb"}});
  EXPECT_EQ(screen->wait(kPatience).code, 0);
  EXPECT_THAT(screen->output(), AllOf(HasSubstr("completed"), Not(HasSubstr("\x1b"))));
}

TEST_F(Watching, GivesTheEventsOfRunAsJson) {
  write("1s");
  const Ran ran = rig.deployer({"run", rig.path("rollout.yaml"), "--artifact", rig.artifact("2"), "--json"});
  const Ran watched = rig.deployer({"watch", "shortener", "--json"});
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_EQ(watched.out, ran.out);
  const auto lines = base::split(base::trim(watched.out), '\n');
  EXPECT_EQ(base::string_or(*base::parse_json(lines.front()), "type"), "began");
  EXPECT_EQ(base::string_or(*base::parse_json(lines.back()), "outcome"), "completed");
}

TEST_F(Watching, TellsAtOnceWhatRunNotesOfTheLoadBalancer) {
  const auto run = begin();
  const auto watched = rig.begin({"watch"});
  const auto screen = watch_screen({{"NO_COLOR", "1"}});
  rig.reload_haproxy();
  const auto is_told = [](const std::string& output) { return output.find("was reloaded or") != std::string::npos; };
  EXPECT_TRUE(eventually([&] { return is_told(watched->output()); })) << watched->output();
  EXPECT_TRUE(eventually([&] { return is_told(screen->output()); })) << screen->output();
  promote();
  const Ran ran = run->wait(), seen = watched->wait();
  EXPECT_EQ(seen.code, 0) << seen.out;
  EXPECT_THAT(seen.out, ContainsRegex("\n +[0-9.]+s  HAProxy at [^\n]* was reloaded or started anew"));
  EXPECT_EQ(seen.out, ran.out);
  EXPECT_EQ(screen->wait(kPatience).code, 0);
  EXPECT_THAT(behind(screen->output(), kFirstScreen), ContainsRegex("at [0-9]+s  HAProxy at "));
  EXPECT_THAT(rig.deployer({"explain"}).out, ContainsRegex("noted meanwhile .UTC.:\n  [0-9: -]+  HAProxy at "));
  EXPECT_THAT(rig.deployer({"explain", "--json"}).out, HasSubstr(R"("kind":"balancer","text":"HAProxy at )"));
  rig.pack("3");
  write("1s");
  ASSERT_EQ(rig.release("3").code, 0);
  EXPECT_FALSE(is_told(rig.deployer({"watch"}).out)) << "it was noted of the rollout before";
}

TEST_F(Watching, GivesNotesAsJsonAsRunDoes) {
  write("60s");
  const auto run = rig.begin({"run", rig.path("rollout.yaml"), "--artifact", rig.artifact("2"), "--json"});
  EXPECT_TRUE(rig.wait_for_step("bake")) << run->output();
  rig.reload_haproxy();
  EXPECT_TRUE(eventually([&] { return run->output().find(R"("type":"note")") != std::string::npos; }));
  promote();
  const Ran ran = run->wait();
  EXPECT_EQ(rig.deployer({"watch", "--json"}).out, ran.out);
}

TEST_F(Watching, EndsAsRunDoesAndGoesOnPastAnInterruption) {
  const auto run = begin();
  const auto watched = rig.begin({"watch"});
  run->signal(SIGINT);
  EXPECT_EQ(run->wait().code, 130);
  const Ran aborted = rig.deployer({"abort"});
  EXPECT_EQ(aborted.code, 3) << aborted.out;
  const Ran seen = watched->wait();
  EXPECT_EQ(seen.code, 3) << seen.out;
  EXPECT_THAT(seen.out, AllOf(HasSubstr("taking it back: aborted by "), HasSubstr("rolled_back: aborted by ")));
  // The way back that it tells is the one that `abort` told.
  EXPECT_TRUE(seen.out.ends_with(aborted.out.substr(aborted.out.find('\n') + 1))) << seen.out;
}

TEST(WatchingNothing, SaysThatNothingWasReleased) {
  const base::TempFolder folder = *base::TempFolder::make("watch_test");
  const Ran ran = run_command({TRUNKLINE_BIN_DIR "/deployer", "watch", "--state", folder.path()});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("nothing was released yet from "));
}

}  // namespace
}  // namespace trunkline::deployer
