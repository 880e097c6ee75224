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
