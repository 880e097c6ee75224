#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.h"
#include "tests/deployer/system/rig.h"
#include "tests/support/raw_socket.h"

namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kSlow = "exec bin/shortener serve \"$@\" --allow-faults --fault latency=400ms,rate=0.5";
const std::string kBroken = "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=0.3";

std::string reason_of(const base::Json& release) {
  return base::string_or(release, "reason");
}

// Every line that a command with --json prints is JSON.
void expect_json(const Ran& ran) {
  EXPECT_NE(ran.out, "");
  for (const std::string_view line : base::split(base::trim(ran.out), '\n')) {
    EXPECT_TRUE(base::parse_json(line)) << line;
  }
}

struct DeployerRelease : testing::Test {
  Rig rig;
};

TEST_F(DeployerRelease, GivesTheFirstVersionToUsersAndTakesItDownAgain) {
  EXPECT_EQ(rig.deployer({"status"}).code, 2);
  rig.pack("1");
  const Ran first = rig.deployer({"run", rig.path("rollout.yaml"), "--json"});
  ASSERT_EQ(first.code, 0) << first.out << first.err;
  expect_json(first);
  EXPECT_THAT(rig.versions(), Each("1"));
  EXPECT_THAT(rig.servers(), Each("ready"));

  const base::Json status = rig.status();
  EXPECT_EQ(base::string_or(status, "phase"), "done");
  EXPECT_EQ(base::string_or(*base::find(status, "stable"), "version"), "1");
  for (const base::Json& instance : base::find(status, "instances")->as_array()) {
    EXPECT_EQ(base::string_or(instance, "state"), "running");
    EXPECT_EQ(base::string_or(instance, "traffic"), "serving");
    EXPECT_EQ(number(instance, "restarts"), 0);
  }
  ASSERT_EQ(rig.history().size(), 1U);
  EXPECT_EQ(base::string_or(rig.history()[0], "outcome"), "completed");
  expect_json(rig.deployer({"explain", "--json"}));
  EXPECT_THAT(rig.deployer({"explain"}).out, HasSubstr("every check passed"));
  expect_json(rig.deployer({"plan", rig.path("rollout.yaml"), "--json"}));
  for (const char* command : {"resume", "abort"}) expect_json(rig.deployer({command, "--json"}));

  const Ran down = rig.deployer({"down", "--json"});
  EXPECT_EQ(down.code, 0) << down.err;
  expect_json(down);
  EXPECT_THAT(rig.processes(), testing::IsEmpty());
  EXPECT_THAT(rig.servers(), Each("maint"));
  EXPECT_EQ(base::find(rig.status(), "stable"), nullptr);

  // What was taken down is no version to go back to.
  const Ran again = rig.release("1");
  ASSERT_EQ(again.code, 0) << again.out << again.err;
  ASSERT_EQ(rig.history().size(), 2U);
  EXPECT_EQ(base::find(rig.history()[1], "from"), nullptr);
}

TEST_F(DeployerRelease, PassesTheGoodVersionAndTakesTheSlowOneBack) {
  rig.release_first();
  rig.pack("2");
  rig.pack("3", kSlow);
  rig.start_load();
  const Ran good = rig.release("2");
  ASSERT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(rig.versions(), Each("2"));

  const Ran bad = rig.release("3");
  ASSERT_EQ(bad.code, 3) << bad.out << bad.err;
  EXPECT_THAT(bad.out, AllOf(HasSubstr("taking it back: mean-seconds: 0."), HasSubstr("breaks result < 0.1")));
  EXPECT_THAT(rig.versions(), Each("2"));
  EXPECT_THAT(rig.servers(), Each("ready"));
  const base::Json release = rig.history().back();
  EXPECT_EQ(base::string_or(release, "outcome"), "rolled_back");
  EXPECT_THAT(reason_of(release), AllOf(HasSubstr("mean-seconds: 0."), HasSubstr("breaks result < 0.1")));
  EXPECT_THAT(rig.deployer({"explain"}).out, AllOf(HasSubstr("mean-seconds"), HasSubstr("result < 0.1")));
  EXPECT_EQ(base::string_or(*base::find(rig.status(), "stable"), "version"), "2");

  const base::Json users = rig.end_load();
  EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  EXPECT_GT(number(users, "met_fault"), 0);
}

TEST_F(DeployerRelease, LetsNoOtherRequestFailThanThoseThatMetTheFault) {
  rig.release_first();
  rig.pack("2", kBroken);
  rig.start_load();
  const Ran bad = rig.release("2");
  ASSERT_EQ(bad.code, 3) << bad.out << bad.err;
  EXPECT_THAT(bad.out, HasSubstr("error-ratio"));
  const base::Json during = rig.end_load();
  EXPECT_GT(number(during, "met_fault"), 0);
  EXPECT_EQ(number(during, "failed"), number(during, "met_fault")) << base::to_pretty_text(during);

  rig.start_load();
  EXPECT_THAT(rig.versions(), Each("1"));
  eventually([&] { return rig.servers().empty(); }, base::Millis(500));  // some users more
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

TEST_F(DeployerRelease, RollsThroughInBatchesAndBakesAfterEach) {
  rig.release_first();
  rig.pack("2");
  rig.write_rollout({.strategy = "{ type: rolling, bake: 600ms, maxUnavailable: 2, postPromotion: { bake: 600ms } }",
                     .min_healthy = "1"});
  rig.start_load();
  const Ran ran = rig.release("2");
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("drain web1, web2"), HasSubstr("bake: 2 new, 1 stable"),
                             HasSubstr("bake: 3 new, 0 stable")));
  EXPECT_THAT(rig.versions(), Each("2"));
  const base::Json users = rig.end_load();
  EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
}

struct BadStart {
  const char* name;
  const char* serve;
  const char* reason;
  const char* said;  // by the program, in its log
};

void PrintTo(const BadStart& bad, std::ostream* out) {
  *out << bad.serve;
}  // NOLINT(readability-identifier-naming)

struct DeployerBadStart : testing::TestWithParam<BadStart> {
  Rig rig;
};

// Whoever met it would carry X-Fault.
TEST_P(DeployerBadStart, IsTakenBackBeforeAnyUserMeetsIt) {
  rig.release_first();
  rig.pack("2", GetParam().serve);
  rig.start_load();
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr(GetParam().reason), HasSubstr(GetParam().said)));
  EXPECT_THAT(ran.out, HasSubstr("0 requests reached the new revision"));
  EXPECT_THAT(reason_of(rig.history().back()), HasSubstr(GetParam().said));
  EXPECT_EQ(base::find(rig.history().back(), "first_exposed_at"), nullptr);
  EXPECT_THAT(rig.versions(), Each("1"));
  EXPECT_THAT(rig.servers(), Each("ready"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rig.programs(i), 1U);
  const base::Json users = rig.end_load();
  EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  EXPECT_EQ(number(users, "met_fault"), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Deployer, DeployerBadStart,
    testing::Values(BadStart{"NeverReady", "echo still waiting for the database; exec sleep 100", "startup probe",
                             "still waiting for the database"},
                    BadStart{"ExitsAtOnce", "echo no licence found; exit 7", "its process ended with exit 7",
                             "no licence found"},
                    BadStart{"CannotBeStarted", "#\nrm bin/serve; exit 1", "its process ended", "exit 1"},
                    BadStart{"AnotherVersion",
                             "echo I am 1; TRUNKLINE_VERSION=1 exec bin/shortener serve \"$@\" --allow-faults "
                             "--fault latency=1ms,rate=1",
                             "says it is version \"1\", expected \"2\"", "I am 1"}),
    [](const auto& bad) { return bad.param.name; });

// HAProxy's own health check would pass it long before the identity probe fails.
TEST_F(DeployerRelease, KeepsUsersFromAFirstVersionThatIsNotTheRightOne) {
  rig.pack("1", "TRUNKLINE_VERSION=0 exec bin/shortener serve \"$@\" --allow-faults --fault latency=1ms,rate=1");
  rig.start_load();
  const Ran ran = rig.release("1");
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("says it is version"));
  EXPECT_EQ(number(rig.end_load(), "met_fault"), 0);
  EXPECT_THAT(rig.processes(), testing::IsEmpty());
  EXPECT_EQ(base::string_or(rig.history().back(), "outcome"), "failed");
}

TEST_F(DeployerRelease, TakesBackWhatCrashesInTheBake) {
  rig.release_first();
  rig.pack("2");
  rig.write_rollout({.strategy = "{ type: oneBox, bake: 20s }"});
  rig.start_load();
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
  kill(rig.program(0), SIGKILL);
  const Ran ran = run->wait();
  EXPECT_EQ(ran.code, 3) << ran.out;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("web1"), HasSubstr("its process ended with signal 9")));
  EXPECT_THAT(rig.versions(), Each("1"));
}

TEST_F(DeployerRelease, IsTakenBackByWhatAProgramBesideTheFileSays) {
  rig.release_first();
  rig.pack("2");
  rig.start_load();
  std::ofstream(rig.path("check.sh")) << "#!/bin/sh\n[ \"$1\" = 2 ] && [ \"$2\" = 1 ] && echo 0.9\n";
  rig.write_rollout({.extra =
                         "        - name: complaints\n"
                         "          exec: { command: [sh, check.sh, '{{revision.version}}', '{{stable.version}}'] }\n"
                         "          successCondition: result < 0.5\n"
                         "          interval: 200ms\n"});
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("complaints: 0.9 breaks result < 0.5 (sh check.sh "));
  EXPECT_THAT(rig.versions(), Each("1"));
  EXPECT_THAT(rig.deployer({"explain"}).out, HasSubstr("complaints"));
  rig.end_load();
}

TEST_F(DeployerRelease, HoldsWithoutDataAndIsTakenBackByAPerson) {
  rig.release_first();
  rig.pack("2");
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 4) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("no data"), HasSubstr("deployer resume shortener")));
  EXPECT_THAT(rig.versions(), ElementsAre("2", "1", "1"));
  EXPECT_THAT(rig.servers(), Each("ready"));
  EXPECT_EQ(rig.release("2").code, 4);  // not finished with the one before
  EXPECT_EQ(base::string_or(rig.status(), "phase"), "held");
  expect_json(rig.deployer({"explain", "--json"}));

  const Ran abort = rig.deployer({"abort", "--json"});
  EXPECT_EQ(abort.code, 3) << abort.out << abort.err;
  expect_json(abort);
  EXPECT_THAT(rig.versions(), Each("1"));
  EXPECT_THAT(reason_of(rig.history().back()), HasSubstr("aborted by"));
}

// A request at each instance that takes two seconds and a half to be answered, while all are replaced one by one.
struct DeployerDrain : DeployerRelease {
  std::string drain_with(const std::string& timeout) {
    rig.pack("1", "exec bin/shortener serve \"$@\" --allow-faults --fault latency=2500ms,rate=1");
    rig.pack("2");
    rig.write_rollout({.strategy = "{ type: rolling }", .drain = timeout});
    const Ran first = rig.release("1");
    EXPECT_EQ(first.code, 0) << first.out << first.err;
    std::vector<base::RawSocket> users;
    for (int i = 0; i < 3; ++i) {  // one for each server, in turn
      users.emplace_back(rig.front());
      users.back().send("GET /nobody HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    }
    EXPECT_TRUE(eventually([&] { return rig.sessions() == 3; }));
    EXPECT_EQ(rig.release("2").code, 0);
    std::string answers;
    for (base::RawSocket& user : users) answers += user.read_all(base::Millis(10'000)).substr(0, 13);
    return answers;
  }
};

TEST_F(DeployerDrain, WaitsForTheRequestUnderWay) {
  EXPECT_EQ(drain_with("20s"), "HTTP/1.1 404 HTTP/1.1 404 HTTP/1.1 404 ");
}

// That of web1; web1 then takes the rest of the two seconds to stop, and the others are answered.
TEST_F(DeployerDrain, CutsTheRequestOnlyWhenItsTimeIsOver) {
  EXPECT_NE(drain_with("300ms"), "HTTP/1.1 404 HTTP/1.1 404 HTTP/1.1 404 ");
  const auto events = read_journal(rig.service().journal())->events;  // began, fetched, drained
  EXPECT_GE(events[2].at - events[1].at, base::Millis(300));
}

}  // namespace
}  // namespace trunkline::deployer
