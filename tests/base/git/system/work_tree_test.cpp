#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/git/repository.h"

// Work trees and remotes made by the real git.
namespace trunkline::base {
namespace {

const Author kAda{"Ada", "ada@example.org"};

class WorkTreeTest : public testing::Test {
 protected:
  void SetUp() override {
    git({"init", "-q", "-b", "main", tree()});
    write("flags.json", "one\n");
    git({"-C", tree(), "add", "."});
    git({"-C", tree(), "commit", "-q", "-m", "first"});
  }
  std::string tree() { return (folder_.path() / "tree").string(); }
  void write(const std::string& name, const std::string& text) { std::ofstream(tree() + "/" + name) << text; }
  std::string git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"});
    const auto output = run_process({.argv = arguments}, std::chrono::seconds{20});
    EXPECT_TRUE(output && output->status.ok()) << (output ? output->err : to_string(output.error()));
    return output ? output->out : "";
  }

  TempFolder folder_ = TempFolder::make("git-system-test").value();
};

TEST_F(WorkTreeTest, CommitsAndLeavesACleanTree) {
  Repository repository = Repository::open(tree()).value();
  const std::string first = repository.head().value();
  const auto id = repository.commit_file("main", {first, "flags.json", "two\n", kAda, "second\n"});
  ASSERT_TRUE(id) << to_string(id.error());
  EXPECT_EQ(read_file(tree() + "/flags.json"), "two\n");
  EXPECT_EQ(git({"-C", tree(), "status", "--porcelain"}), "");
  EXPECT_EQ(git({"-C", tree(), "log", "--format=%s"}), "second\nfirst\n");
  EXPECT_EQ(git({"-C", tree(), "fsck", "--strict"}), "");
}

TEST_F(WorkTreeTest, RefusesAFileWithUncommittedChanges) {
  Repository repository = Repository::open(tree()).value();
  const std::string first = repository.head().value();
  write("flags.json", "mine\n");
  EXPECT_EQ(repository.is_dirty(), true);
  const auto id = repository.commit_file("main", {first, "flags.json", "two\n", kAda, "second\n"});
  ASSERT_FALSE(id);
  EXPECT_EQ(to_string(id.error()),
            "flags.json: has changes that are not committed; commit them or put them away first");
  EXPECT_EQ(repository.head(), first);
  EXPECT_EQ(read_file(tree() + "/flags.json"), "mine\n");
}

TEST_F(WorkTreeTest, LeavesTheTreeAloneWhenAnotherBranchIsCheckedOut) {
  git({"-C", tree(), "branch", "other"});
  Repository repository = Repository::open(tree()).value();
  const std::string first = repository.head().value();
  ASSERT_TRUE(repository.commit_file("other", {first, "flags.json", "two\n", kAda, "second\n"}));
  EXPECT_EQ(read_file(tree() + "/flags.json"), "one\n");
  EXPECT_EQ(repository.head(), first);
  EXPECT_EQ(repository.is_dirty(), false);
}

TEST_F(WorkTreeTest, IsFoundFromAFolderBelowAndIgnoresUntrackedFiles) {
  ASSERT_TRUE(make_folders(tree() + "/a/b"));
  write("a/untracked.txt", "x");
  const auto repository = Repository::open(tree() + "/a/b");
  ASSERT_TRUE(repository);
  EXPECT_EQ(repository->is_dirty(), false);
}

TEST_F(WorkTreeTest, KnowsItsUpstreamAndFollowsIt) {
  EXPECT_EQ(Repository::open(tree())->upstream("main"), std::nullopt);
  const std::string path = (folder_.path() / "clone").string();
  git({"clone", "-q", tree(), path});
  Repository clone = Repository::open(path).value();
  const RemoteBranch upstream = clone.upstream("main").value().value();
  EXPECT_EQ(upstream, (RemoteBranch{tree(), "main", "refs/remotes/origin/main"}));
  write("flags.json", "two\n");
  git({"-C", tree(), "commit", "-q", "-am", "second"});
  const std::string tip = clone.fetch(upstream).value();
  EXPECT_EQ(clone.last_seen(upstream), tip);
  EXPECT_EQ(clone.distance(clone.head().value(), tip)->behind, 1u);
  ASSERT_TRUE(clone.check_fast_forward("main", tip));
  EXPECT_EQ(read_file(path + "/flags.json"), "one\n");
  ASSERT_TRUE(clone.fast_forward("main", tip));
  EXPECT_EQ(clone.head(), tip);
  EXPECT_EQ(read_file(path + "/flags.json"), "two\n");
  EXPECT_EQ(git({"-C", path, "status", "--porcelain"}), "");
  git({"-C", path, "config", "remote.origin.url", "../tree"});
  EXPECT_EQ(clone.upstream("main").value()->url, tree());
}

TEST_F(WorkTreeTest, NeverFollowsOverUncommittedWorkOrCommitsOfItsOwn) {
  const std::string path = (folder_.path() / "clone").string();
  git({"clone", "-q", tree(), path});
  write("flags.json", "two\n");
  git({"-C", tree(), "commit", "-q", "-am", "second"});
  Repository clone = Repository::open(path).value();
  const std::string first = clone.head().value();
  const std::string tip = clone.fetch(clone.upstream("main").value().value()).value();
  std::ofstream(path + "/flags.json") << "mine\n";
  EXPECT_EQ(clone.is_dirty("flags.json"), true);
  EXPECT_EQ(clone.fast_forward("main", tip).error().kind, Kind::conflict);
  EXPECT_EQ(clone.head(), first);
  EXPECT_EQ(read_file(path + "/flags.json"), "mine\n");
  git({"-C", path, "commit", "-q", "-am", "mine"});
  EXPECT_EQ(clone.fast_forward("main", tip).error().message, "branch main has 1 commit of its own");
}

TEST_F(WorkTreeTest, KnowsAShallowClone) {
  write("flags.json", "two\n");
  git({"-C", tree(), "commit", "-q", "-am", "second"});
  const std::string clone = (folder_.path() / "shallow").string();
  git({"clone", "-q", "--depth", "1", "file://" + tree(), clone});
  const auto repository = Repository::open(clone);
  ASSERT_TRUE(repository);
  EXPECT_TRUE(repository->is_shallow());
  EXPECT_EQ(repository->first_parent_count(repository->head().value()), 1);
}

}  // namespace
}  // namespace trunkline::base
