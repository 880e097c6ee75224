#include "base/git/repository.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/git/diff.h"

namespace trunkline::base {
namespace {

const Author kAda{"Ada", "ada@example.org"};

class RepositoryTest : public testing::Test {
 protected:
  Repository bare(const std::string& name = "flags.git") { return Repository::open_or_init_bare(path(name)).value(); }
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::string commit(Repository& repository, const std::string& parent, const std::string& text) {
    const auto id = repository.commit_file("main", {parent, "flags/a.json", text, kAda, text + "\n"});
    EXPECT_TRUE(id) << to_string(id.error());
    return id.value_or("");
  }

  TempFolder folder_ = TempFolder::make("git-test").value();
};

TEST_F(RepositoryTest, ReadsBackWhatWasCommitted) {
  Repository repository = bare();
  const std::string first = commit(repository, "", "one");
  const std::string second = commit(repository, first, "two");
  EXPECT_EQ(repository.tip("main"), second);
  EXPECT_EQ(repository.read_blob(first, "flags/a.json"), "one");
  EXPECT_EQ(repository.read_blob(second, "flags/a.json"), "two");
  EXPECT_EQ(repository.first_parent_count(second), 2);
  const CommitInfo info = repository.commit_info(second).value();
  EXPECT_EQ(info.author, kAda);
  EXPECT_EQ(info.message, "two\n");
  EXPECT_EQ(info.parents, std::vector{first});
  EXPECT_GT(info.committed_at, WallTime{});
  EXPECT_FALSE(repository.is_shallow());
  EXPECT_EQ(repository.work_tree(), "");
}

TEST_F(RepositoryTest, LogsOnlyTheCommitsThatChangedThePath) {
  Repository repository = bare();
  const std::string first = commit(repository, "", "one");
  const std::string other = repository.commit_file("main", {first, "b.txt", "b", kAda, "other"}).value();
  const std::string third = commit(repository, other, "three");
  const auto log = repository.log(third, "flags/a.json", 10).value();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].id, third);
  EXPECT_EQ(log[1].id, first);
  EXPECT_EQ(repository.log(third, "b.txt", 10)->at(0).id, other);
  EXPECT_EQ(repository.log(third, "flags/a.json", 1)->size(), 1u);
}

TEST_F(RepositoryTest, MovesABranchOnlyFromWhereItWasSeen) {
  Repository repository = bare();
  const std::string first = commit(repository, "", "one");
  const std::string second = commit(repository, first, "two");
  const auto late = repository.commit_file("main", {first, "flags/a.json", "late", kAda, "late"});
  EXPECT_EQ(late.error(), (Error{Kind::conflict, "branch main has moved", {}}));
  EXPECT_EQ(repository.commit_file("main", {"", "a", "late", kAda, "late"}).error().kind, Kind::conflict);
  EXPECT_EQ(repository.tip("main"), second);
}

TEST_F(RepositoryTest, SaysLockedWhileAnotherProcessMovesTheBranch) {
  Repository repository = bare();
  const std::string first = commit(repository, "", "one");
  std::ofstream(path("flags.git/refs/heads/main.lock")) << "";
  EXPECT_EQ(repository.commit_file("main", {first, "a", "b", kAda, "m"}).error().kind, Kind::locked);
}

TEST_F(RepositoryTest, NamesWhatIsNotThere) {
  Repository repository = bare();
  const std::string first = commit(repository, "", "one");
  EXPECT_EQ(repository.tip("gone").error().kind, Kind::not_found);
  EXPECT_EQ(repository.read_blob(first, "flags/gone.json").error().kind, Kind::not_found);
  EXPECT_EQ(repository.read_blob(first, "flags").error().kind, Kind::invalid);
  EXPECT_EQ(repository.read_blob(first, "flags/a.json", 2).error().kind, Kind::invalid);
  EXPECT_EQ(repository.commit_info("12").error().kind, Kind::usage);
  EXPECT_EQ(repository.commit_info(std::string(40, '1')).error().kind, Kind::not_found);
  EXPECT_EQ(Repository::open(path("nowhere")).error().kind, Kind::not_found);
}

TEST_F(RepositoryTest, FetchesOneBranchOfALocalRemote) {
  Repository remote = bare();
  const std::string first = commit(remote, "", "one");
  Repository cache = bare("cache.git");
  EXPECT_EQ(cache.fetch(path("flags.git"), "main"), first);
  const std::string second = commit(remote, first, "two");
  EXPECT_EQ(cache.fetch("file://" + path("flags.git"), "main"), second);
  EXPECT_EQ(cache.read_blob(second, "flags/a.json"), "two");
  EXPECT_EQ(cache.fetch(path("flags.git"), "gone").error().kind, Kind::not_found);
  EXPECT_EQ(cache.tip("main"), second);
}

TEST_F(RepositoryTest, SaysUnavailableWhenTheRemoteIsGone) {
  Repository cache = bare("cache.git");
  EXPECT_EQ(cache.fetch(path("nowhere.git"), "main").error().kind, Kind::unavailable);
}

TEST_F(RepositoryTest, NeverPushesToALocalPath) {
  Repository repository = bare();
  EXPECT_EQ(repository.open_push({path("x.git"), "main"}).error().kind, Kind::usage);
}

TEST_F(RepositoryTest, TakesTheAuthorFromTheEnvironmentOrSaysHowToSetIt) {
  setenv("GIT_AUTHOR_NAME", "Grace", 1);
  setenv("GIT_AUTHOR_EMAIL", "grace@example.org", 1);
  EXPECT_EQ(bare().default_author(), (Author{"Grace", "grace@example.org"}));
  unsetenv("GIT_AUTHOR_NAME");
  unsetenv("GIT_AUTHOR_EMAIL");
}

TEST_F(RepositoryTest, FindsACommitByItsFirstDigits) {
  Repository repository = bare();
  const std::string id = commit(repository, "", "one");
  EXPECT_EQ(repository.find_commit_id(id), id);
  EXPECT_EQ(repository.find_commit_id(id.substr(0, 7)), id);
  const std::string other(7, id[0] == '0' ? '1' : '0');
  EXPECT_EQ(repository.find_commit_id(other).error(), (Error{Kind::not_found, "no commit " + other, {}}));
  EXPECT_EQ(repository.find_commit_id("12").error().kind, Kind::usage);
  EXPECT_EQ(repository.find_commit_id("HEAD").error().message,
            "expected a commit id or its first digits, got \"HEAD\"");
}

TEST_F(RepositoryTest, OpensWhatIsInTheFolderOrMakesIt) {
  auto made = Repository::open_or_init(path("new/deep"), false, "trunk");
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_NE(made->work_tree(), "");
  ASSERT_TRUE(made->commit_file("trunk", {"", "a/b.txt", "b", kAda, "first"}));
  EXPECT_EQ(made->head(), made->tip("trunk"));
  EXPECT_EQ(read_file(path("new/deep/a/b.txt")), "b");
  EXPECT_EQ(Repository::open_or_init(path("new/deep"), true, "main")->head(), made->head());
  const auto below = Repository::open_or_init(path("new/deep/a"), true, "main");
  EXPECT_EQ(below->work_tree(), "") << "one of its own, though the folder is in another";
}

TEST(UnifiedDiff, ShowsTwoTextsAsGitDoes) {
  EXPECT_EQ(unified_diff("a.txt", "same\n", "same\n").value(), "");
  EXPECT_EQ(unified_diff("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1\nx\n3\n4\n5\n6\n7\n8\n9\n10").value(),
            "--- a/a.txt\n+++ b/a.txt\n@@ -1,5 +1,5 @@\n 1\n-2\n+x\n 3\n 4\n 5\n"
            "@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10\n+10\n\\ No newline at end of file\n");
  EXPECT_EQ(unified_diff("a.txt", "", "1\n").value(), "--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+1\n");
}

TEST(LocalPath, TellsPathsFromRemotes) {
  EXPECT_EQ(local_path("/srv/flags.git"), "/srv/flags.git");
  EXPECT_EQ(local_path("flags"), "flags");
  EXPECT_EQ(local_path("./a:b"), "./a:b");
  EXPECT_EQ(local_path("file:///srv/my%20flags"), "/srv/my flags");
  EXPECT_EQ(local_path("file:///srv/100%zz"), "/srv/100%zz");
  EXPECT_EQ(local_path("git@example.org:flags.git"), std::nullopt);
  EXPECT_EQ(local_path("https://example.org/flags.git"), std::nullopt);
}

TEST(GitUrl, IsShownWithoutItsUser) {
  EXPECT_EQ(without_user("https://ann:p@ss@host/a@b.git"), "https://host/a@b.git");
  EXPECT_EQ(without_user("https://token@host"), "https://host");
  EXPECT_EQ(without_user("https://host/a@b.git"), "https://host/a@b.git");
  EXPECT_EQ(without_user("git@host:a.git"), "git@host:a.git");
  EXPECT_EQ(without_user("/a@b"), "/a@b");
}

}  // namespace
}  // namespace trunkline::base
