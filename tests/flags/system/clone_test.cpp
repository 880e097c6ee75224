#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "flags/change/flag_repository.h"

// Changes made in a clone, whose upstream and work tree are the real git's.
namespace trunkline::flags {
namespace {

using base::Kind;

const char* const kFlags = R"({"flags": {
  "a": {"state": "ENABLED", "variants": {"x": 1, "y": 2}, "defaultVariant": "x"}
}}
)";

class CloneTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("GIT_AUTHOR_NAME", "Grace", 1);
    setenv("GIT_AUTHOR_EMAIL", "grace@example.org", 1);
    git({"init", "-q", "--bare", "-b", "main", path("flags.git")});
    git({"clone", "-q", path("flags.git"), path("clone")});
    write("clone/flags/flags.json", kFlags);
    write("clone/other.txt", "one\n");
    commit_all("clone", "first");
    git({"-C", path("clone"), "push", "-q", "-u", "origin", "HEAD:main"});
    git({"clone", "-q", path("flags.git"), path("other")});
  }
  void TearDown() override {
    unsetenv("GIT_AUTHOR_NAME");
    unsetenv("GIT_AUTHOR_EMAIL");
  }

  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(base::make_folders((folder_.path() / name).parent_path()));
    std::ofstream(path(name)) << text;
  }
  std::string read(const std::string& name) { return base::read_file(path(name)).value_or("(no file)"); }
  std::string git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c",
                                         "init.defaultBranch=main"});
    const auto output = base::run_process({.argv = arguments}, std::chrono::seconds{20});
    EXPECT_TRUE(output && output->status.ok()) << (output ? output->err : to_string(output.error()));
    return output ? output->out : "";
  }
  void commit_all(const std::string& tree, const std::string& message) {
    git({"-C", path(tree), "add", "."});
    git({"-C", path(tree), "commit", "-q", "-m", message});
  }
  std::string tip(const std::string& repository, const std::string& name = "main") {
    return git({"-C", path(repository), "rev-parse", name}).substr(0, 40);
  }
  base::Result<ChangeResult> set(const std::string& tree, const std::string& variant, CommitOptions options = {}) {
    auto flags = FlagRepository::open({.repository = path(tree)});
    if (!flags) return base::fail(flags.error());
    return flags->change({{{"a", SetDefault{variant}}}, std::move(options)});
  }
  std::string refusal(const base::Result<ChangeResult>& result) {
    return result ? "done" : std::string(to_string(result.error().kind)) + ": " + to_string(result.error());
  }

  base::TempFolder folder_ = base::TempFolder::make("clone-test").value();
};

TEST_F(CloneTest, ChangesTheUpstreamAndThenFollows) {
  const auto result = set("clone", "y");
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_TRUE(result->pushed);
  for (const char* name : {"main", "origin/main"}) EXPECT_EQ(tip("clone", name), *result->commit);
  EXPECT_EQ(tip("flags.git"), *result->commit);
  EXPECT_NE(read("clone/flags/flags.json").find("\"defaultVariant\": \"y\""), std::string::npos);
  EXPECT_EQ(git({"-C", path("clone"), "status", "--porcelain"}), "");
}

TEST_F(CloneTest, BringsWhatTheUpstreamHasMore) {
  write("clone/other.txt", "two\n");
  commit_all("clone", "second");
  git({"-C", path("clone"), "push", "-q"});
  const auto result = set("other", "y");
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(read("other/other.txt"), "two\n");
  EXPECT_EQ(tip("other"), tip("flags.git"));
  EXPECT_EQ(git({"-C", path("other"), "status", "--porcelain"}), "");
}

TEST_F(CloneTest, CommitsOnlyHereWithoutPush) {
  const std::string before = tip("flags.git");
  const auto result = set("clone", "y", {.push = false});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_FALSE(result->pushed);
  EXPECT_EQ(tip("clone"), *result->commit);
  EXPECT_EQ(tip("flags.git"), before);
  const auto state = FlagRepository::open({.repository = path("clone")})->clone_state().value().value();
  EXPECT_EQ(state.distance->ahead, 1u);
  EXPECT_EQ(refusal(set("clone", "x")), "conflict: branch main has 1 commit that " + path("flags.git") +
                                            " lacks; push or pull first, or use --no-push");
  EXPECT_EQ(tip("flags.git"), before);
}

TEST_F(CloneTest, RefusesADirtyFileAndWhateverIsInTheWay) {
  write("clone/flags/flags.json", "{}");
  const std::string dirty =
      "conflict: flags/flags.json: has changes that are not committed; commit them or put them away first";
  EXPECT_EQ(refusal(set("clone", "y")), dirty);
  EXPECT_EQ(refusal(set("clone", "y", {.push = false})), dirty);
  write("clone/flags/flags.json", kFlags);
  write("other/other.txt", "two\n");
  commit_all("other", "second");
  git({"-C", path("other"), "push", "-q"});
  write("clone/other.txt", "mine\n");
  EXPECT_EQ(refusal(set("clone", "y")),
            "conflict: files of " + path("clone") +
                "/ that are not committed are in the way of what comes; commit them or put them away first");
  EXPECT_EQ(tip("flags.git"), tip("other")) << "nothing is changed by a refusal";
  EXPECT_EQ(read("clone/other.txt"), "mine\n");
}

TEST_F(CloneTest, LeavesUnrelatedUncommittedWorkAlone) {
  write("clone/other.txt", "mine\n");
  write("clone/new.txt", "new\n");
  ASSERT_TRUE(set("clone", "y"));
  EXPECT_EQ(git({"-C", path("clone"), "status", "--porcelain"}), " M other.txt\n?? new.txt\n");
  EXPECT_EQ(tip("clone"), tip("flags.git"));
}

TEST_F(CloneTest, FollowsAnUpstreamThatIsAWorkTree) {
  git({"clone", "-q", path("clone"), path("second")});
  const auto result = set("second", "y");
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(tip("clone"), *result->commit);
  EXPECT_EQ(read("clone/flags/flags.json"), read("second/flags/flags.json"));
  EXPECT_EQ(git({"-C", path("clone"), "status", "--porcelain"}), "");
}

TEST_F(CloneTest, ShowsADryRunWithoutMovingAnything) {
  const std::string before = tip("flags.git");
  const auto result = set("clone", "y", {.dry_run = true});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_NE(result->diff.find("+  \"a\": "), std::string::npos);
  EXPECT_EQ(tip("flags.git"), before);
  EXPECT_EQ(tip("clone"), before);
}

TEST_F(CloneTest, SaysWhereNothingIs) {
  git({"init", "-q", "--bare", "-b", "main", path("empty.git")});
  EXPECT_EQ(refusal(set("empty.git", "y")),
            "not_found: flags/flags.json: is not on branch main of " + path("empty.git") + "; flagctl init adds it");
  std::filesystem::rename(path("flags.git"), path("gone.git"));
  const std::string gone = refusal(set("clone", "y"));
  EXPECT_EQ(gone.substr(0, gone.find(path("flags.git"))), "not_found: open ");
}

TEST_F(CloneTest, GivesUpOnALockThatStays) {
  write("flags.git/refs/heads/main.lock", "");
  const auto result = set("flags.git", "y");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::unavailable);
}

}  // namespace
}  // namespace trunkline::flags
