#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deployer/drivers/process_driver.h"
#include "tests/deployer/system/rig.h"

namespace trunkline::deployer {
namespace {

using testing::Each;
using testing::HasSubstr;

struct DeployerInstance : testing::Test {
  pid_t supervisor(const std::string& id) const {
    const auto state = read_supervisor_state(rig.service().instance(id));
    return state && *state ? (*state)->supervisor.pid : 0;
  }
  base::Json instance(size_t index) const { return base::find(rig.status(), "instances")->as_array()[index]; }

  Rig rig;
};

TEST_F(DeployerInstance, IsStartedAgainWhenItWasKilled) {
  rig.release_first();
  for (int restarts = 1; restarts <= 2; ++restarts) {
    const pid_t before = rig.program(1);
    kill(before, SIGKILL);
    EXPECT_TRUE(eventually([&] { return rig.program(1) != 0 && rig.program(1) != before; }));
    EXPECT_TRUE(eventually([&] { return number(instance(1), "restarts") == restarts; }));
  }
  EXPECT_EQ(base::string_or(instance(1), "state"), "running");
  EXPECT_TRUE(eventually([&] { return rig.versions() == std::vector<std::string>(3, "1"); }));
  rig.pack("2");
  EXPECT_EQ(rig.deployer({"run", rig.path("rollout.yaml"), "--artifact", rig.artifact("2")}).code, 4);  // no users
  EXPECT_EQ(number(instance(0), "restarts"), 0);
}

TEST_F(DeployerInstance, IsReplacedAlsoWithoutItsSupervisor) {
  rig.release_first();
  rig.pack("2");
  rig.write_rollout({.strategy = "{ type: rolling }"});
  const pid_t orphan = rig.program(0);
  kill(supervisor("web1"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return base::string_or(instance(0), "state") == "stopped"; }));
  EXPECT_EQ(rig.program(0), orphan);
  rig.start_load();
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(rig.versions(), Each("2"));
  EXPECT_FALSE(base::identify_process(orphan));
  EXPECT_EQ(rig.processes().size(), 6U);
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

// Without exec the shell is the program that the supervisor knows; what it started holds the port for a while longer.
TEST_F(DeployerInstance, LeavesNothingBehindOfAShellThatDidNotExec) {
  rig.pack("1", "bin/shortener serve \"$@\"");
  rig.pack("2");
  rig.write_rollout({.strategy = "{ type: rolling }"});
  ASSERT_EQ(rig.release("1").code, 0);
  rig.start_load();
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(rig.processes().size(), 6U);
  EXPECT_EQ(number(rig.end_load(), "failed"), 0);
}

// The deployer was killed between starting the supervisor and hearing from it.
TEST_F(DeployerInstance, HasNeverTwoSupervisors) {
  rig.release_first();
  const auto spec = read_spec(rig.service().instance("web1"));
  ASSERT_TRUE(spec);
  // A deployer whose supervisors take half a second to say anything.
  std::ofstream(rig.path("slow")) << "#!/bin/sh\nsleep 0.5\nexec " TRUNKLINE_BIN_DIR "/deployer \"$@\"\n";
  std::filesystem::permissions(rig.path("slow"), std::filesystem::perms::owner_all);
  const ProcessDriver driver(rig.service(), rig.path("slow"));
  const auto start = [&](const std::stop_token& stop) {
    return driver.start({"web1", "127.0.0.1", 1}, {spec->argv, spec->environment}, spec->revision, spec->stop_grace,
                        stop);
  };
  ASSERT_TRUE(driver.stop("web1", {}));
  std::stop_source killed;
  killed.request_stop();
  EXPECT_EQ(start(killed.get_token()).error().kind, base::Kind::cancelled);
  EXPECT_TRUE(start({}));
  EXPECT_TRUE(eventually([&] { return rig.programs(0) == 1; }));
  EXPECT_EQ(rig.processes().size(), 6U);

  ASSERT_TRUE(driver.stop("web1", {}));
  EXPECT_EQ(start(killed.get_token()).error().kind, base::Kind::cancelled);
  EXPECT_TRUE(driver.stop("web1", {}));
  EXPECT_EQ(rig.processes().size(), 4U);
}

TEST_F(DeployerInstance, IsEndedByForceWhenItDoesNotEnd) {
  rig.pack("1", "trap '' TERM; bin/shortener serve \"$@\"; while :; do sleep 0.1; done");
  rig.pack("2");
  rig.write_rollout({.strategy = "{ type: rolling }", .stop_grace = "300ms"});
  ASSERT_EQ(rig.release("1").code, 0);
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(rig.versions(), Each("2"));
  EXPECT_EQ(rig.processes().size(), 6U);
}

// It does not end by itself, and nobody is at work.
TEST_F(DeployerInstance, IsStartedAgainWhenItHangs) {
  rig.pack("1");
  rig.write_rollout({.strategy = "{ type: rolling }",
                     .stop_grace = "200ms",
                     .probes = "  liveness: { http: /healthz, period: 50ms, timeout: 200ms, failureThreshold: 2 }\n"});
  ASSERT_EQ(rig.release("1").code, 0);
  const pid_t before = rig.program(1);
  kill(before, SIGSTOP);
  EXPECT_TRUE(eventually([&] { return rig.program(1) != 0 && rig.program(1) != before; }));
  EXPECT_TRUE(eventually([&] { return rig.version_at(rig.address(1)) == "1"; }));
  EXPECT_EQ(number(instance(1), "restarts"), 1);
  EXPECT_EQ(number(instance(0), "restarts"), 0);
  const auto state = read_supervisor_state(rig.service().instance("web2"));
  EXPECT_THAT((*state)->last_exit, testing::AllOf(HasSubstr("liveness probe"), HasSubstr("(2 times)")));
}

// Metrics are fine, but users would not be.
TEST_F(DeployerInstance, IsTakenBackWhenItDoesNotDoWhatUsersDo) {
  rig.release_first();
  rig.pack("2");
  std::ofstream(rig.path("follow.sh")) << "#!/bin/sh\ncurl -sf http://$TRUNKLINE_ADDRESS/version | grep -q '\"1\"' || "
                                          "{ echo \"it is not 1 at $TRUNKLINE_INSTANCE\" >&2; exit 1; }\n";
  rig.write_rollout(
      {.background = "[]", .probes = "  synthetic: [{ name: follow, exec: [sh, follow.sh], every: 100ms }]\n"});
  const Ran ran = rig.release("2");
  EXPECT_EQ(ran.code, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("follow: web1: it ended with exit 1: it is not 1 at web1"));
  EXPECT_THAT(rig.versions(), Each("1"));
}

}  // namespace
}  // namespace trunkline::deployer
