#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "deployer/record/service_lock.h"
#include "tests/deployer/system/rig.h"

namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kLongBake = "{ type: oneBox, bake: 25s }";

struct DeployerInterruption : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack("2");
  }

  // One program an instance, one supervisor each (the shell of bin/serve became the program).
  void expect_whole_fleet(const std::string& version) {
    EXPECT_THAT(rig.versions(), Each(version));
    EXPECT_THAT(rig.servers(), Each("ready"));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(rig.programs(i), 1U) << i;
    EXPECT_EQ(rig.processes().size(), 6U);
  }

  void expect_no_request_failed() {
    const base::Json users = rig.end_load();
    EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  }

  // Waits until so many events of the rollout that began last are in its journal, and kills the deployer.
  void kill_at(Background& run, const std::string& id_before, size_t events) {
    EXPECT_TRUE(eventually([&] {
      const auto journal = read_journal(rig.service().journal());
      return journal && journal->header.id != id_before && journal->events.size() >= events;
    })) << run.output();
    run.signal(SIGKILL);
    EXPECT_EQ(run.wait().code, -1);
  }

  std::string last_id() const { return read_journal(rig.service().journal())->header.id; }

  Rig rig;
};

TEST_F(DeployerInterruption, TouchesNothingWhenHaproxyIsGone) {
  const std::string before = last_id();
  rig.kill_haproxy();
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("HAProxy does not answer at"));
  EXPECT_EQ(last_id(), before);
  EXPECT_THAT(rig.versions(), Each("1"));
}

// A started program is behind a closed door; a HAProxy that was started anew has forgotten that.
TEST_F(DeployerInterruption, HoldsWhenHaproxyIsKilledAndResumesWhenItIsBack) {
  rig.pack("3", "sleep 1; exec bin/shortener serve \"$@\"");
  const auto run = rig.begin_release("3");
  ASSERT_TRUE(rig.wait_for_step("probe")) << run->output();
  rig.kill_haproxy();
  const Ran held = run->wait();
  EXPECT_EQ(held.code, 4) << held.out;
  EXPECT_THAT(held.out, HasSubstr("could not admit users to web1"));
  EXPECT_THAT(rig.versions(), ElementsAre("3", "1", "1"));
  EXPECT_EQ(rig.deployer({"resume"}).code, 1);  // it is still gone

  rig.start_haproxy();
  rig.start_load();
  const Ran resumed = rig.deployer({"resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  expect_whole_fleet("3");
  expect_no_request_failed();
}

TEST_F(DeployerInterruption, ClosesTheDoorAgainThatHaproxyForgot) {
  rig.pack("3",
           "echo x >>../started; while [ ! -e ../go ]; do sleep 0.05; done; "
           "TRUNKLINE_VERSION=0 exec bin/shortener serve \"$@\" --allow-faults --fault latency=1ms,rate=1");
  const auto run = rig.begin_release("3");
  ASSERT_TRUE(rig.wait_for_step("probe")) << run->output();
  run->signal(SIGKILL);
  run->wait();
  rig.kill_haproxy();
  rig.start_haproxy();
  EXPECT_THAT(rig.servers(), Each("ready"));
  const auto resume = rig.begin({"resume"});
  EXPECT_TRUE(eventually([&] { return rig.servers() == std::vector<std::string>{"maint", "ready", "ready"}; }));
  rig.start_load();
  std::filesystem::create_directory(rig.service().root() / "releases" / "go");
  const Ran resumed = resume->wait();
  EXPECT_EQ(resumed.code, 3) << resumed.out;
  EXPECT_EQ(number(rig.end_load(), "met_fault"), 0);
  expect_whole_fleet("1");
}

TEST_F(DeployerInterruption, GoesOnWhereverItWasKilled) {
  rig.write_rollout({.strategy = "{ type: oneBox, bake: 700ms }"});
  rig.start_load();
  std::string stable = "1", next = "2";
  // Began, then one record an act: fetch, drain, stop, start, probe, admit; 9 is in the bake, 11 behind its first
  // ticks.
  for (const size_t events : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 9U}) {
    SCOPED_TRACE(events);
    const std::string before = last_id();
    const auto run = rig.begin_release(next);
    kill_at(*run, before, events);
    const auto processes = rig.processes();
    const Ran refused = rig.release(next);
    EXPECT_EQ(refused.code, 4) << refused.out << refused.err;
    EXPECT_THAT(refused.out, AllOf(HasSubstr("Nothing was touched"), HasSubstr("deployer resume shortener")));
    const Ran resumed = rig.deployer({"resume"});
    ASSERT_EQ(resumed.code, 0) << resumed.out << resumed.err;
    expect_whole_fleet(next);
    std::swap(stable, next);
  }
  expect_no_request_failed();
}

TEST_F(DeployerInterruption, GoesOnWithTheWayBackWhereverItWasKilled) {
  rig.pack("3", "exec bin/shortener serve \"$@\" --allow-faults --fault latency=300ms,rate=1");
  rig.start_load();
  for (const char* step : {"drain", "stop", "start", "probe"}) {
    SCOPED_TRACE(step);
    const auto run = rig.begin_release("3");
    EXPECT_TRUE(eventually([&] { return rig.state().phase == Phase::rolling_back; })) << run->output();
    eventually([&] { return rig.step().starts_with(step) || rig.step().empty(); });
    run->signal(SIGKILL);
    run->wait();
    if (!rig.step().empty()) {
      EXPECT_EQ(rig.release("2").code, 4);
      const Ran resumed = rig.deployer({"resume"});
      EXPECT_EQ(resumed.code, 3) << resumed.out << resumed.err;
    }
    EXPECT_EQ(base::string_or(rig.history().back(), "outcome"), "rolled_back");
    expect_whole_fleet("1");
  }
  expect_no_request_failed();
}

TEST_F(DeployerInterruption, IsASavedPauseAndCanBeTakenBack) {
  rig.write_rollout({.strategy = kLongBake});
  rig.start_load();
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  run->signal(SIGINT);
  const Ran interrupted = run->wait();
  EXPECT_EQ(interrupted.code, 130);
  EXPECT_THAT(interrupted.out, HasSubstr("Next: deployer resume shortener"));
  EXPECT_THAT(rig.versions(), ElementsAre("2", "1", "1"));

  const auto resume = rig.begin({"resume"});
  EXPECT_TRUE(eventually([&] { return resume->output().find("taken up again") != std::string::npos; }));
  resume->signal(SIGTERM);
  EXPECT_EQ(resume->wait().code, 130);

  const Ran aborted = rig.deployer({"abort"});
  EXPECT_EQ(aborted.code, 3) << aborted.out << aborted.err;
  expect_whole_fleet("1");
  expect_no_request_failed();
}

TEST_F(DeployerInterruption, CompletesWhatWasInterrupted) {
  rig.write_rollout({.strategy = "{ type: oneBox, bake: 3s }"});
  rig.start_load();
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  run->signal(SIGTERM);
  EXPECT_EQ(run->wait().code, 130);
  const Ran resumed = rig.deployer({"resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  expect_whole_fleet("2");
  expect_no_request_failed();
}

// The file's own artifact is another one: what was asked for on the command line is what is resumed.
TEST_F(DeployerInterruption, ResumesTheArtifactOfTheCommandLine) {
  rig.start_load();
  const std::string before = last_id();
  const auto run = rig.begin_release("2");
  kill_at(*run, before, 1);
  const Ran resumed = rig.deployer({"resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  expect_whole_fleet("2");
}

// As if it had been killed between the last event and the history.
TEST_F(DeployerInterruption, SettlesWhatWasNotSettled) {
  const auto history = rig.service().history(), stable = rig.service().root() / "stable.json";
  const std::string history_before = *base::read_file(history), stable_before = *base::read_file(stable);
  rig.write_rollout({.strategy = "{ type: rolling }"});
  ASSERT_EQ(rig.release("2").code, 0);
  std::ofstream(history) << history_before;
  std::ofstream(stable) << stable_before;
  EXPECT_EQ(rig.deployer({"resume"}).code, 0);
  EXPECT_EQ(rig.history().size(), 2U);
  EXPECT_EQ(base::string_or(*base::find(rig.status(), "stable"), "version"), "2");
  expect_whole_fleet("2");
}

TEST_F(DeployerInterruption, LetsOneActAndTheOthersAsk) {
  rig.write_rollout({.strategy = kLongBake});
  rig.start_load();
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  for (const Ran& second : {rig.release("2"), rig.deployer({"resume"}), rig.deployer({"down"})}) {
    EXPECT_EQ(second.code, 75) << second.out << second.err;
    EXPECT_THAT(second.err, AllOf(HasSubstr("holds it with `run "), HasSubstr("(pid ")));
  }
  EXPECT_EQ(rig.deployer({"abort"}).code, 0);
  const Ran aborted = run->wait();
  EXPECT_EQ(aborted.code, 3) << aborted.out;
  EXPECT_THAT(aborted.out, HasSubstr("aborted by"));
  expect_whole_fleet("1");
  expect_no_request_failed();
}

// Readers must not be in the way of the one who acts.
TEST_F(DeployerInterruption, IsNotLockedByThoseWhoOnlyLook) {
  const std::jthread reader([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) ServiceLock::is_held(rig.service());
  });
  for (int i = 0; i < 500; ++i) {
    const auto lock = ServiceLock::take(rig.service(), "test");
    ASSERT_TRUE(lock) << to_string(lock.error());
    EXPECT_TRUE(ServiceLock::is_held(rig.service()));
    EXPECT_EQ(ServiceLock::take(rig.service(), "another").error().kind, base::Kind::locked);
  }
  EXPECT_FALSE(ServiceLock::is_held(rig.service()));
}

}  // namespace
}  // namespace trunkline::deployer
