#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/flags/system/flagctl_fixture.h"
#include "tests/support/ssh_server.h"

// Repositories behind a real sshd, and those that refuse.
namespace trunkline::flags {
namespace {

class RemoteTest : public FlagctlFixture {
 protected:
  void SetUp() override {
    commit(R"({"flags": {
  "a": {"state": "ENABLED", "variants": {"x": 1, "y": 2}, "defaultVariant": "x"}
}}
)");
    server_.emplace();
    environment_ = server_->environment();
  }
  std::string url() { return server_->url(repo()); }
  void git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    std::map<std::string, std::string> environment = environment_;
    environment["GIT_SSH_COMMAND"] = "ssh -i " + (server_->home() / ".ssh/id_ed25519").string() +
                                     " -o UserKnownHostsFile=" + (server_->home() / ".ssh/known_hosts").string();
    const auto output =
        base::run_process({.argv = arguments, .environment = environment}, std::chrono::seconds{60}).value();
    EXPECT_TRUE(output.status.ok()) << output.err;
  }

  std::optional<base::SshServer> server_;
};

TEST_F(RemoteTest, ReadsAndChangesOverSsh) {
  EXPECT_NE(out({"list", "--repo", url()}).find("a    ENABLED  x "), std::string::npos);
  EXPECT_EQ(change({"set", "a", "y", "--repo", url()}), "a: x -> y in commit TIP, pushed\n");
  EXPECT_EQ(change({"revert", tip().substr(0, 8), "--repo", url(), "--json"}),
            R"({"key":"a","from":{"state":"ENABLED","variants":{"x":1,"y":2},"defaultVariant":"y"},)"
            R"("to":{"state":"ENABLED","variants":{"x":1,"y":2},"defaultVariant":"x"},"commit":"TIP","pushed":true})"
            "\n");
  EXPECT_EQ(change({"init", "--path", "other.json", "--repo", url()}),
            "other.json: added to " + base::without_user(url()) + " in commit TIP, pushed\n");
}

TEST_F(RemoteTest, ChangesTheUpstreamOfACloneOverSsh) {
  git({"clone", "-q", "-b", "main", url(), path("clone")});
  EXPECT_EQ(change({"set", "a", "y", "--repo", "clone"}), "a: x -> y in commit TIP, pushed\n");
  const auto clone = base::Repository::open(path("clone")).value();
  EXPECT_EQ(clone.head(), tip());
  EXPECT_EQ(clone.last_seen(clone.upstream("main").value().value()), tip());
  EXPECT_EQ(base::read_file(path("clone/flags/flags.json")), file());
  EXPECT_EQ(clone.is_dirty(), false);
  EXPECT_EQ(change({"set", "a", "x", "--repo", "clone", "--no-push"}).substr(0, 19), "a: y -> x in commit");
  EXPECT_NE(refusal({"off", "a", "--repo", "clone"}).find("has 1 commit that ssh://127.0.0.1:"), std::string::npos);
}

TEST_F(RemoteTest, SaysDeniedWhenAHookRefuses) {
  const std::string before = tip();
  ASSERT_TRUE(base::write_file_atomically(path("flags.git/hooks/pre-receive"), "#!/bin/sh\nexit 1\n", 0755));
  EXPECT_EQ(refusal({"set", "a", "y", "--repo", url()}), "1 flagctl: error: " + base::without_user(url()) +
                                                             " did not move branch main: pre-receive hook declined\n");
  EXPECT_EQ(tip(), before);
}

TEST_F(RemoteTest, NamesWhatIsNotThere) {
  const std::string gone = refusal({"list", "--repo", server_->url(path("gone.git"))});
  EXPECT_EQ(gone.substr(0, 17), "1 flagctl: error:") << gone;
  EXPECT_EQ(refusal({"set", "a", "y", "--branch", "gone", "--repo", url()}),
            "1 flagctl: error: flags/flags.json: is not on branch gone of " + base::without_user(url()) +
                "; flagctl init adds it\n");
}

TEST_F(RemoteTest, TalksToNoHostThatIsNotKnownAndWithoutAKey) {
  const auto known = server_->home() / ".ssh/known_hosts";
  const std::string hosts = base::read_file(known).value();
  ASSERT_TRUE(base::write_file_atomically(known, ""));
  EXPECT_EQ(run({"list", "--repo", url()}).status.code, 1);
  ASSERT_TRUE(base::write_file_atomically(known, hosts));
  EXPECT_EQ(run({"list", "--repo", url()}).status.code, 0);
  std::filesystem::remove(server_->home() / ".ssh/id_ed25519");
  EXPECT_EQ(refusal({"list", "--repo", url()}),
            "1 flagctl: error: " + base::without_user(url()) +
                ": none of the agent's keys, ~/.ssh/id_ed25519 and ~/.ssh/id_rsa is let in\n");
}

class ReadOnlyTest : public FlagctlFixture {};

TEST_F(ReadOnlyTest, SaysThatItMayNotWrite) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  commit(R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}}}})");
  namespace fs = std::filesystem;
  const auto write_bits = fs::perms::owner_write;
  fs::permissions(path("flags.git/objects"), write_bits, fs::perm_options::remove);
  for (const auto& entry : fs::directory_iterator(path("flags.git/objects"))) {
    fs::permissions(entry.path(), write_bits, fs::perm_options::remove);
  }
  EXPECT_EQ(run({"off", "a"}).status.code, 1);
  for (const auto& entry : fs::directory_iterator(path("flags.git/objects"))) {
    fs::permissions(entry.path(), write_bits, fs::perm_options::add);
  }
  fs::permissions(path("flags.git/objects"), write_bits, fs::perm_options::add);
}

}  // namespace
}  // namespace trunkline::flags
