#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/git/repository.h"

// A remote behind a socket, served by git's own daemon.
namespace trunkline::base {
namespace {

const Author kAda{"Ada", "ada@example.org"};

int free_port() {
  const Descriptor socket_fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(socket_fd.get(), raw, size), 0);
  EXPECT_EQ(getsockname(socket_fd.get(), raw, &size), 0);
  return ntohs(address.sin_port);
}

class PushTest : public testing::Test {
 protected:
  void SetUp() override {
    Repository remote = Repository::open_or_init_bare(folder_.path() / "flags.git").value();
    first_ = remote.commit_file("main", {"", "a.json", "one", kAda, "first"}).value();
    const std::string port = std::to_string(free_port());
    url_ = "git://127.0.0.1:" + port + "/flags.git";
    const std::string base = folder_.path().string();
    const Descriptor log{open((base + "/daemon.log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)};
    const ProcessSpec spec{.argv = {"git", "daemon", "--listen=127.0.0.1", "--port=" + port, "--base-path=" + base,
                                    "--export-all", "--enable=receive-pack", "--reuseaddr", base}};
    daemon_.emplace(Child::start(spec, log).value());
  }
  void TearDown() override {
    daemon_->signal_group(SIGTERM);
    while (!daemon_->poll()) std::this_thread::sleep_for(Millis{5});
  }
  Result<std::string> fetch(Repository& repository) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    for (;;) {
      auto tip = repository.fetch(url_, "main");
      if (tip || std::chrono::steady_clock::now() > deadline) return tip;
      std::this_thread::sleep_for(Millis{20});
    }
  }
  Repository clone(const std::string& name) { return Repository::open_or_init_bare(folder_.path() / name).value(); }

  TempFolder folder_ = TempFolder::make("git-push-test").value();
  std::optional<Child> daemon_;
  std::string url_;
  std::string first_;
};

TEST_F(PushTest, MovesTheRemoteBranchAndRefusesAfterALostRace) {
  Repository ours = clone("ours.git");
  Repository theirs = clone("theirs.git");
  ASSERT_EQ(fetch(ours), first_);
  ASSERT_EQ(fetch(theirs), first_);
  const std::string one = ours.write_commit({first_, "a.json", "ours", kAda, "ours"}).value();
  const std::string two = theirs.write_commit({first_, "a.json", "theirs", kAda, "theirs"}).value();
  PushSession first = ours.open_push({url_, "main", "refs/heads/main"}).value();
  PushSession second = theirs.open_push({url_, "main", "refs/heads/main"}).value();
  EXPECT_EQ(second.tip(), first_);
  const auto pushed = first.move_to(one);
  EXPECT_TRUE(pushed) << to_string(pushed.error());
  EXPECT_EQ(ours.tip("main"), one);
  EXPECT_EQ(second.move_to(two).error().kind, Kind::conflict);
  EXPECT_EQ(theirs.tip("main"), first_);
  EXPECT_EQ(fetch(theirs), one);
}

TEST_F(PushTest, SaysDeniedWhenAHookRefuses) {
  Repository ours = clone("ours.git");
  ASSERT_EQ(fetch(ours), first_);
  const auto hook = folder_.path() / "flags.git/hooks/pre-receive";
  ASSERT_TRUE(write_file_atomically(hook, "#!/bin/sh\nexit 1\n", 0755));
  const std::string one = ours.write_commit({first_, "a.json", "ours", kAda, "ours"}).value();
  EXPECT_EQ(ours.open_push({url_, "main"})->move_to(one).error().kind, Kind::denied);
}

TEST_F(PushTest, GivesUpOnARemoteThatStaysSilent) {
  Repository ours = clone("ours.git");
  ASSERT_EQ(fetch(ours), first_);
  // Stopped, it still has its connections accepted by the kernel.
  daemon_->signal_group(SIGSTOP);
  const auto before = std::chrono::steady_clock::now();
  const auto tip = ours.fetch(url_, "main", Millis{200});
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{5});
  daemon_->signal_group(SIGCONT);
  ASSERT_FALSE(tip);
  EXPECT_EQ(to_string(tip.error()), url_ + ": no answer within 200ms");
  EXPECT_EQ(tip.error().kind, Kind::timeout);
  EXPECT_EQ(fetch(ours), first_);
}

TEST_F(PushTest, SaysUnavailableWhenNobodyAnswers) {
  Repository ours = clone("ours.git");
  const std::string url = "git://127.0.0.1:" + std::to_string(free_port()) + "/flags.git";
  EXPECT_EQ(ours.fetch(url, "main").error().kind, Kind::unavailable);
  EXPECT_EQ(ours.open_push({url, "main"}).error().kind, Kind::unavailable);
}

}  // namespace
}  // namespace trunkline::base
