#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deployer/look/exit_codes.h"
#include "tests/deployer/dial/system/balancer.h"
#include "tests/deployer/system/share_rig.h"

// Whole releases behind two HAProxies, of which one may be done without.
namespace trunkline::deployer {
namespace {

using testing::HasSubstr;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

struct TwoBalancers : testing::Test {
  void SetUp() override {
    start_second();
    write("canary, steps: [{ setWeight: 50 }, { bake: 1s }]");
    rig.release_first();
    rig.pack_marked("2");
    rig.start_load();
  }

  // The configuration of the first one, at a socket and a port of its own.
  void start_second() {
    std::string config = replaced(*base::read_file(rig.path("haproxy.cfg")), rig.front(), port.address());
    config = replaced(config, rig.path("haproxy.sock"), second.socket());
    second.start(replaced(config, rig.path("shares.state"), second.state_file()));
  }

  void write(const std::string& strategy, int quorum = 1) const {
    rig.write({.strategy = "{ type: " + strategy + " }",
               .lease = "9s",
               .balancers = fmt::format(", \"unix:{}\"", second.socket()),
               .quorum = quorum});
  }

  // The file that a balancer starts from lies on its own machine.
  std::string map_file() const { return *base::read_file(rig.path("shares.map")); }
  void start_second_with(const std::string& map) {
    const std::string now = map_file();
    std::ofstream(rig.path("shares.map")) << map;
    second.restart();
    std::ofstream(rig.path("shares.map")) << now;
  }

  // The users of the second balancer, from now on.
  void expect_all_served_at_second(const std::string& version) {
    const auto users = rig.begin_load(port.address(), "second");
    EXPECT_TRUE(eventually([&] { return number(report("second"), "requests") > 300; }));
    expect_none_failed(*users, "second");
    EXPECT_EQ(Rig::version_at(port.address()), version);
  }
  void expect_none_failed(Background& users, const std::string& name) const {
    users.signal(SIGTERM);
    const Ran ran = users.wait();
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_EQ(number(report(name), "failed"), 0) << base::to_pretty_text(report(name));
  }
  base::Json report(const std::string& name) const {
    return base::parse_json(base::read_file(rig.path("load-" + name + ".json")).value_or("")).value_or(base::Json());
  }

  void expect_no_request_failed() {
    const base::Json users = rig.end_load();
    EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  }

  ShareRig rig{2};
  const Port port;
  Balancer second{rig.path(""), "second"};
};

TEST_F(TwoBalancers, AreTurnedAlike) {
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_all_served_at_second("2");
  expect_no_request_failed();
}

// It knows neither the new instances nor the promotion: what it sends users to is not stopped, and when it is back it
// is told of both, in that order.
TEST_F(TwoBalancers, KeepTheOldSideForTheOneThatIsGoneAndTakeItAwayWhenItIsBack) {
  const std::string before = map_file();
  second.kill();
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, kExitHeld) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(second.socket()));
  EXPECT_THAT(rig.deployer({"explain", "shortener"}).out, HasSubstr("HAProxy at " + second.socket() + " is silent"));
  EXPECT_EQ(rig.deployer({"watch", "shortener"}).out, ran.out) << "with what was noted while it ended";
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");
  EXPECT_EQ(Rig::version_at(rig.front()), "2");
  start_second_with(before);
  expect_all_served_at_second("1");
  const auto users = rig.begin_load(port.address(), "meanwhile");
  const Ran resumed = rig.deployer({"resume", "shortener"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_none_failed(*users, "meanwhile");
  expect_all_served_at_second("2");
  expect_no_request_failed();
}

TEST_F(TwoBalancers, LeaveTheOneOutThatIsGoneForGood) {
  const auto resume_without = [this](const std::string& socket) {
    return rig.deployer({"resume", "shortener", "--without", "unix:" + socket});
  };
  second.kill();
  EXPECT_EQ(rig.release("2").code, kExitHeld);
  const Ran unknown = resume_without("/nowhere.sock");
  EXPECT_EQ(unknown.code, 2) << unknown.out;
  EXPECT_THAT(unknown.err, HasSubstr("/nowhere.sock is not one of several balancers"));
  const Ran alive = resume_without(rig.path("haproxy.sock"));
  EXPECT_EQ(alive.code, 1) << alive.out;
  EXPECT_THAT(alive.err, HasSubstr("so it may send users where they were before"));
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");
  const Ran resumed = resume_without(second.socket());
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_no_request_failed();
}

TEST_F(TwoBalancers, AreBothSentBackWhereTheOneThatMissedThePromotionIsBackForAnAbort) {
  const std::string before = map_file();
  second.kill();
  EXPECT_EQ(rig.release("2").code, kExitHeld);
  start_second_with(before);
  const Ran aborted = rig.deployer({"abort", "shortener"});
  EXPECT_EQ(aborted.code, kExitRolledBack) << aborted.out << aborted.err;
  EXPECT_EQ(rig.fleet(), "home 1");
  expect_all_served_at_second("1");
  expect_no_request_failed();
}

// The same process goes on where it stopped, with what it knew.
TEST_F(TwoBalancers, GoOnWhileOneHangsAndTellItWhatItMissed) {
  write("canary, steps: [{ setWeight: 10 }, { bake: 6s }, { setWeight: 50 }, { bake: 1s }]");
  second.freeze();
  const auto run = rig.begin_release("2");
  EXPECT_TRUE(eventually([&] { return rig.entry_share() == 1000; })) << run->output();
  second.thaw();
  const Ran ran = run->wait();
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("answers again"));
  EXPECT_EQ(rig.fleet(), "twin 2");
  expect_all_served_at_second("2");
  expect_no_request_failed();
}

TEST_F(TwoBalancers, AreBothNeededWhereNoQuorumIsNamed) {
  write("canary, steps: [{ setWeight: 50 }, { bake: 1s }]", 0);
  second.kill();
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("1 of 2 balancers answered, 2 must"));
  EXPECT_EQ(rig.fleet(), "home 1");
  expect_no_request_failed();
}

// Its users are still sent to every old instance, so none may be taken away.
TEST_F(TwoBalancers, KeepEveryInstanceInItsPlaceWhileOneIsGone) {
  write("rolling");
  second.kill();
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, kExitHeld) << ran.out << ran.err;
  EXPECT_EQ(rig.fleet(), "home 1");
  start_second();
  const Ran resumed = rig.deployer({"resume", "shortener"});
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_EQ(rig.fleet(), "home 2");
  expect_all_served_at_second("2");
  expect_no_request_failed();
}

}  // namespace
}  // namespace trunkline::deployer
