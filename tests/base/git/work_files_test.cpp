#include <filesystem>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/git/repository.h"

namespace trunkline::base {
namespace {

const Author kAda{"Ada", "ada@example.org"};
const Author kBob{"Bob", "bob@example.org"};

class WorkFilesTest : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view text) {
    ASSERT_TRUE(make_folders((folder_.path() / path).parent_path()));
    ASSERT_TRUE(write_file_atomically(folder_.path() / path, text));
  }
  // Through the branch, which is checked out.
  std::string commit(const std::string& path, std::string_view text, const Author& author) {
    const auto parent = repository_.tip("main");
    const auto id = repository_.commit_file("main", {parent.value_or(""), path, std::string(text), author, "change\n"});
    EXPECT_TRUE(id) << to_string(id.error());
    return id.value_or("");
  }

  TempFolder folder_ = TempFolder::make("work-files-test").value();
  Repository repository_ = Repository::open_or_init(folder_.path(), false, "main").value();
};

TEST_F(WorkFilesTest, ListsWhatIsTrackedOrNotIgnored) {
  commit("src/a.cpp", "a\n", kAda);
  commit(".gitignore", "build/\n*.log\n", kAda);
  commit("gone.txt", "x\n", kAda);
  std::filesystem::remove(folder_.path() / "gone.txt");
  write("src/new/b.cpp", "b\n");
  write("build/c.cpp", "c\n");
  write("src/d.log", "d\n");
  std::filesystem::create_symlink("a.cpp", folder_.path() / "src/link.cpp");
  EXPECT_EQ(repository_.work_files(), (std::vector<std::string>{".gitignore", "src/a.cpp", "src/new/b.cpp"}));
  EXPECT_EQ(Repository::open_or_init_bare(folder_.path() / "bare.git")->work_files().error().kind, Kind::usage);
}

TEST_F(WorkFilesTest, SaysWhichCommitTouchedALineLast) {
  const std::string first = commit("a.cpp", "one\ntwo\nthree\n", kAda);
  const std::string second = commit("a.cpp", "one\n2\nthree\n", kBob);
  commit("other.cpp", "x\n", kAda);
  const auto blamed = repository_.blame("a.cpp", {3, 2}).value();
  ASSERT_EQ(blamed.size(), 2u);
  EXPECT_EQ(blamed[0]->id, first);
  EXPECT_EQ(blamed[1]->id, second);
  EXPECT_EQ(blamed[1]->author.name, "Bob");
}

TEST_F(WorkFilesTest, TakesOtherLineEndsForTheSameLines) {
  const std::string first = commit("a.cpp", "one\ntwo\n", kAda);
  write("a.cpp", "one\r\ntwo\r\nthree\r\n");
  const auto blamed = repository_.blame("a.cpp", {2, 3}).value();
  EXPECT_EQ(blamed[0]->id, first);
  EXPECT_FALSE(blamed[1]);
}

TEST_F(WorkFilesTest, FollowsNoLinkOutOfTheTree) {
  commit("src/a.cpp", "a\n", kAda);
  std::filesystem::rename(folder_.path() / "src", folder_.path() / "elsewhere");
  std::filesystem::create_symlink("elsewhere", folder_.path() / "src");
  EXPECT_EQ(repository_.work_files(), (std::vector<std::string>{"elsewhere/a.cpp"}));
}

TEST_F(WorkFilesTest, KnowsLinesThatAreNotCommitted) {
  const std::string first = commit("a.cpp", "one\ntwo\n", kAda);
  write("a.cpp", "zero\none\nTWO\n");
  const auto blamed = repository_.blame("a.cpp", {1, 2, 3}).value();
  EXPECT_FALSE(blamed[0]);
  EXPECT_EQ(blamed[1]->id, first);
  EXPECT_FALSE(blamed[2]);
  write("new.cpp", "x\n");
  EXPECT_FALSE(repository_.blame("new.cpp", {1}).value()[0]);
}

}  // namespace
}  // namespace trunkline::base
