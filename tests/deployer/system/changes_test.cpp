#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.h"
#include "deployer/dial/haproxy_socket.h"
#include "deployer/record/kept_journals.h"
#include "tests/deployer/system/share_rig.h"

// What people do at the load balancer behind the deployer's back, and what it says of that.
namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kNobody = "0:0:none:shortener:shortener-twin";

struct Changes : testing::Test {
  void SetUp() override {
    rig.release_first();
    rig.pack("2");
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 60s }] }", .background = "[]"});
    rig.start_load();
  }

  // Shows version 2 to a tenth of the users, and is killed then.
  void leave_a_share() {
    const auto run = rig.begin_release("2");
    EXPECT_TRUE(rig.wait_for_step("bake")) << run->output();
    run->signal(SIGKILL);
    run->wait();
  }

  std::string ask(const std::string& command) const {
    return ask_haproxy(rig.path("haproxy.sock"), command).value_or("");
  }
  void set_entry(const std::string& entry) const {
    ask("set map " + rig.path("shares.map").string() + " shortener " + entry);
  }
  std::string entry() const { return ask("show map " + rig.path("shares.map").string()); }
  std::string changes() const { return rig.deployer({"changes"}).out; }

  ShareRig rig;
};

TEST_F(Changes, OfAShareAreNotOverwrittenByAResume) {
  leave_a_share();
  set_entry(kNobody);
  EXPECT_THAT(changes(), HasSubstr("somebody changed shortener at "));
  const Ran held = rig.deployer({"resume"});
  EXPECT_EQ(held.code, 4) << held.err;
  EXPECT_THAT(held.out, AllOf(HasSubstr("somebody changed shortener at "), HasSubstr(":1000:"),
                              HasSubstr("found " + kNobody), HasSubstr("Nothing was touched")));
  EXPECT_THAT(entry(), HasSubstr(kNobody)) << "it is not fought";
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");
  const auto resumed = rig.begin({"resume", "--overwrite"});
  EXPECT_TRUE(rig.wait_for_step("bake")) << resumed->output();
  EXPECT_TRUE(eventually([&] { return rig.entry_share() == 1000; })) << "it was told to";
  EXPECT_EQ(rig.deployer({"abort"}).code, 0);
  EXPECT_EQ(resumed->wait().code, 3);
}

TEST_F(Changes, OfAShareAreSeenWhileTheDeployerIsAtWorkToo) {
  const auto run = rig.begin_release("2");
  EXPECT_TRUE(rig.wait_for_step("bake")) << run->output();
  set_entry(kNobody);
  const Ran held = run->wait();
  EXPECT_EQ(held.code, 4) << held.out;
  EXPECT_THAT(held.out, HasSubstr("somebody changed shortener at "));
  EXPECT_THAT(changes(), AllOf(HasSubstr(" drift "), HasSubstr(" held ")));
  // Sending all users back by hand is what an abort would do.
  const Ran aborted = rig.deployer({"abort"});
  EXPECT_EQ(aborted.code, 3) << aborted.out << aborted.err;
  EXPECT_EQ(rig.fleet(), "home 1");
}

TEST_F(Changes, OfAShareKeepANewReleaseFromBeginning) {
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 1s }] }", .background = "[]"});
  ASSERT_EQ(rig.release("2").code, 0);
  rig.pack("3");
  set_entry("1995531733:2500:by-hand:shortener-twin:shortener");
  const Ran held = rig.release("3");
  EXPECT_EQ(held.code, 4) << held.err;
  EXPECT_THAT(held.out, AllOf(HasSubstr("found 1995531733:2500:by-hand:"), HasSubstr("--overwrite")));
  EXPECT_THAT(entry(), HasSubstr("by-hand"));
  EXPECT_EQ(rig.history().size(), 2U);
  set_entry("0:0:none:shortener-twin:shortener");
  EXPECT_EQ(rig.release("3").code, 0) << "it was set back";
  EXPECT_EQ(kept_journals(rig.service()).size(), 2U);
}

TEST_F(Changes, AreNoneWhereALeaseOnlyRanOutOrHaproxyWasStartedAnew) {
  leave_a_share();
  EXPECT_TRUE(eventually([&] { return rig.status_share() == 0; })) << "the lease";
  EXPECT_THAT(changes(), Not(HasSubstr("drift")));
  rig.kill_haproxy();
  rig.start_haproxy();
  EXPECT_EQ(rig.deployer({"abort"}).code, 3);
  EXPECT_THAT(changes(), AllOf(Not(HasSubstr("drift")), HasSubstr(" abort "), HasSubstr(" rolled back ")));
}

TEST_F(Changes, OfServersAreToldAndTheStoryOfAllReleases) {
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 1s }] }", .background = "[]"});
  ASSERT_EQ(rig.release("2").code, 0);
  ask("set server shortener-twin/web2 state maint");
  const std::string told = changes();
  EXPECT_THAT(told, AllOf(HasSubstr("TIME (UTC)"), HasSubstr("nothing -> 1, "), HasSubstr("1 -> 2, canary"),
                          HasSubstr("shortener: 10 % of users on the new side"), HasSubstr("2 is the stable side"),
                          HasSubstr("shortener-twin/web2 is in maint, was left serving")));
  EXPECT_THAT(rig.deployer({"changes", "--since", "0s"}).out, HasSubstr("nothing -> 1, "));
  EXPECT_THAT(rig.deployer({"changes", "--since", "1ms"}).out, Not(HasSubstr("1 -> 2, canary")));
  const std::string lines = rig.deployer({"changes", "--json"}).out;
  for (const std::string_view line : base::split(base::trim(lines), '\n')) {
    const auto json = base::parse_json(line);
    ASSERT_TRUE(json) << line;
    EXPECT_FALSE(base::string_or(*json, "what").empty()) << line;
  }
  ask("set server shortener-twin/web2 state ready");
  EXPECT_EQ(rig.deployer({"lock", "--take"}).code, 0);
  EXPECT_EQ(rig.deployer({"down"}).code, 0);
  EXPECT_THAT(changes(), AllOf(HasSubstr(" lock "), HasSubstr("taken; nobody held it"), HasSubstr(" down "),
                               Not(HasSubstr("drift"))));
  rig.kill_haproxy();
  const Ran silent = rig.deployer({"changes"});
  EXPECT_EQ(silent.code, 0);
  EXPECT_THAT(silent.out, HasSubstr("does not answer, so nothing is compared"));
}

}  // namespace
}  // namespace trunkline::deployer
