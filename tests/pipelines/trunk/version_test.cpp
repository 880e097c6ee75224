#include "pipelines/trunk/version.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/core/process.h"

namespace trunkline::pipelines {
namespace {

using base::Repository;

// Repositories made by git itself, with clocks that are told to it.
class VersionTest : public testing::Test {
 protected:
  std::string git(std::vector<std::string> arguments, const std::string& date = "2026-11-20T12:00:00+00:00") {
    std::vector<std::string> argv = {"git", "-C", path().string(), "-c", "init.defaultBranch=main"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const std::map<std::string, std::string> environment = {
        {"GIT_AUTHOR_NAME", "Ada"},        {"GIT_AUTHOR_EMAIL", "ada@example.org"},
        {"GIT_COMMITTER_NAME", "Ada"},     {"GIT_COMMITTER_EMAIL", "ada@example.org"},
        {"GIT_COMMITTER_DATE", date},      {"GIT_AUTHOR_DATE", "2001-01-01T00:00:00+00:00"},
        {"GIT_CONFIG_GLOBAL", "/dev/null"}};
    const auto output = base::run_process({.argv = argv, .environment = environment}, std::chrono::seconds{60}).value();
    EXPECT_TRUE(output.status.ok()) << output.err;
    return output.out;
  }
  void commit(const std::string& date = "2026-11-20T12:00:00+00:00") {
    git({"commit", "-q", "--allow-empty", "-m", "x"}, date);
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(path() / name) << text; }
  std::filesystem::path path() const { return folder_.path(); }
  std::string short_head() { return "-g" + git({"rev-parse", "HEAD"}).substr(0, 7); }
  std::string version() {
    const auto version = version_of(Repository::open(path()).value());
    return version ? to_string(*version) : version.error().message;
  }

  base::TempFolder folder_ = base::TempFolder::make("version-test").value();
};

TEST_F(VersionTest, CountsTheCommitsOfTheTrunk) {
  git({"init", "-q"});
  commit("2026-01-02T03:04:05+00:00");
  EXPECT_EQ(version(), "2026.01.02-1" + short_head());
  commit("2026-11-22T03:04:05+00:00");
  EXPECT_EQ(version(), "2026.11.22-2" + short_head());
}

TEST_F(VersionTest, TakesTheDateInUtcWhereverTheCommitterIs) {
  git({"init", "-q"});
  commit("2026-03-01T01:30:00+09:00");
  EXPECT_EQ(version(), "2026.02.28-1" + short_head());
  commit("2026-12-31T22:00:00-05:00");
  EXPECT_EQ(version(), "2027.01.01-2" + short_head());
}

TEST_F(VersionTest, CountsAMergeOnce) {
  git({"init", "-q"});
  commit();
  git({"checkout", "-q", "-b", "side"});
  commit();
  commit();
  commit();
  git({"checkout", "-q", "main"});
  commit();
  git({"merge", "-q", "--no-ff", "-m", "merge", "side"});
  EXPECT_EQ(version(), "2026.11.20-3" + short_head());
}

TEST_F(VersionTest, SaysThatTrackedFilesDiffer) {
  git({"init", "-q"});
  write("a", "1\n");
  git({"add", "a"});
  commit();
  const std::string clean = "2026.11.20-1" + short_head();
  write("new", "untracked files do not count\n");
  EXPECT_EQ(version(), clean);
  write("a", "2\n");
  EXPECT_EQ(version(), clean + "-dirty");
  git({"add", "a"});
  EXPECT_EQ(version(), clean + "-dirty");
  git({"reset", "-q", "--hard"});
  EXPECT_EQ(version(), clean);
  git({"rm", "-q", "a"});
  EXPECT_EQ(version(), clean + "-dirty");
}

TEST_F(VersionTest, WorksInABareRepositoryAndOnADetachedHead) {
  git({"init", "-q"});
  commit();
  commit();
  const std::string head = short_head();
  const auto bare = path() / "bare";
  git({"clone", "-q", "--bare", path().string(), bare.string()});
  EXPECT_EQ(to_string(version_of(Repository::open(bare).value()).value()), "2026.11.20-2" + head);
  git({"checkout", "-q", "--detach", "HEAD~1"});
  EXPECT_EQ(version(), "2026.11.20-1" + short_head());
}

TEST_F(VersionTest, RefusesAShallowClone) {
  git({"init", "-q"});
  commit();
  commit();
  const auto shallow = path() / "shallow";
  git({"clone", "-q", "--depth", "1", "file://" + path().string(), shallow.string()});
  const auto version = version_of(Repository::open(shallow).value());
  ASSERT_FALSE(version);
  EXPECT_EQ(base::exit_code(version.error().kind), 1);
  EXPECT_NE(version.error().message.find("git fetch --unshallow"), std::string::npos);
}

TEST_F(VersionTest, NeedsACommit) {
  git({"init", "-q"});
  EXPECT_EQ(version(), "HEAD: this repository has no commit yet");
}

}  // namespace
}  // namespace trunkline::pipelines
