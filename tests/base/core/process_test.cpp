#include "base/core/process.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace trunkline::base {
namespace {

using namespace std::chrono_literals;

TEST(Process, CapturesBothOutputsAndTheExitCode) {
  const auto output = run_process({{"sh", "-c", "echo out; echo err >&2; exit 3"}}, 10s);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
  EXPECT_EQ(output->status, (ExitStatus{3, 0}));
  EXPECT_FALSE(output->timed_out);
}

TEST(Process, GivesArgumentsAndEnvironmentAsTheyAre) {
  const auto output =
      run_process({{"sh", "-c", "printf '%s|%s' \"$1\" \"$COLOUR\"", "sh", "a b;$(c)"}, {{"COLOUR", "red"}}}, 10s);
  EXPECT_EQ(output->out, "a b;$(c)|red");
}

TEST(Process, KeepsOurEnvironmentToItselfIfAsked) {
  setenv("PROCESS_TEST_TOKEN", "secret", 1);
  const ProcessSpec open{{"sh", "-c", "printf '%s' \"$PROCESS_TEST_TOKEN\""}};
  ProcessSpec closed = open;
  closed.inherit = false;
  EXPECT_EQ(run_process(open, 10s)->out, "secret");
  EXPECT_EQ(run_process(closed, 10s)->out, "");
  unsetenv("PROCESS_TEST_TOKEN");
}

TEST(Process, EndsTheWholeGroupWhenTimeIsOver) {
  const auto output = run_process({{"sh", "-c", "sleep 60 & sleep 60"}}, 50ms);
  EXPECT_TRUE(output->timed_out);
  EXPECT_EQ(output->status.signal, SIGTERM);
}

TEST(Process, EndsTheWholeGroupWhenItIsToldToStop) {
  std::stop_source stop;
  stop.request_stop();
  const auto output = run_process({{"sh", "-c", "sleep 60 & sleep 60"}}, Millis(60'000), 1024, stop.get_token());
  EXPECT_TRUE(output->timed_out);
  EXPECT_EQ(output->status.signal, SIGTERM);
}

TEST(Process, CutsOutputAtItsLimitWithoutBlocking) {
  const auto output = run_process({{"head", "-c", "300000", "/dev/zero"}}, 10s, 1000);
  EXPECT_EQ(output->out.size(), 1000u);
  EXPECT_TRUE(output->status.ok());
}

TEST(Process, SaysThatAProgramIsMissing) {
  EXPECT_EQ(run_process({{"/no/such/program"}}, 1s).error().kind, Kind::not_found);
}

TEST(ProcessIdentity, NamesOneProcessForAllTime) {
  const auto self = identify_process(getpid());
  ASSERT_TRUE(self);
  EXPECT_GT(self->start_time, 0u);
  EXPECT_FALSE(self->boot_id.empty());
  EXPECT_TRUE(is_running(*self));
  ProcessIdentity reused = *self;
  ++reused.start_time;
  EXPECT_FALSE(is_running(reused));
}

TEST(Child, LeadsASessionOfItsOwnAndIsReaped) {
  const Descriptor null{open("/dev/null", O_WRONLY | O_CLOEXEC)};
  auto child = Child::start({{"sleep", "60"}}, null);
  ASSERT_TRUE(child);
  EXPECT_EQ(getsid(child->pid()), child->pid());
  EXPECT_FALSE(child->poll());
  child->signal_group(SIGKILL);
  while (!child->poll()) std::this_thread::yield();
  EXPECT_EQ(child->poll(), (ExitStatus{0, SIGKILL}));
  EXPECT_FALSE(identify_process(child->pid()));
}

}  // namespace
}  // namespace trunkline::base
