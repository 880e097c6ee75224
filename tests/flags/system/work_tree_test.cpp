#include <gtest/gtest.h>
#include <thread>

#include "base/core/json.h"
#include "tests/flags/system/flagctl_fixture.h"

// Work trees that are in use: by git, by other work trees of the repository, by other writers.
namespace trunkline::flags {
namespace {

class WorkTreeTest : public FlagctlFixture {
 protected:
  std::string git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"});
    const auto output =
        base::run_process({.argv = arguments, .folder = folder_.path()}, std::chrono::seconds{20}).value();
    EXPECT_TRUE(output.status.ok()) << output.err;
    return output.out;
  }
};

TEST_F(WorkTreeTest, MovesNoBranchWhileTheIndexIsLocked) {
  out({"init", "--repo", path("tree")});
  out({"create", "a", "--repo", path("tree")});
  const std::string before = git({"-C", "tree", "rev-parse", "main"});
  ASSERT_TRUE(base::write_file_atomically(path("tree/.git/index.lock"), ""));
  const auto output = run({"set", "a", "on", "--repo", path("tree")});
  EXPECT_EQ(output.status.code, 1);
  EXPECT_NE(output.err.find("the index is locked"), std::string::npos) << output.err;
  EXPECT_EQ(git({"-C", "tree", "rev-parse", "main"}), before);
  std::filesystem::remove(path("tree/.git/index.lock"));
  EXPECT_EQ(git({"-C", "tree", "status", "--porcelain"}), "");
}

TEST_F(WorkTreeTest, LeavesTheBranchOfAnotherWorkTreeAlone) {
  out({"init", "--repo", path("tree")});
  out({"create", "a", "--repo", path("tree")});
  git({"-C", "tree", "worktree", "add", "-q", "-b", "other", "../second"});
  const auto output = run({"set", "a", "on", "--repo", path("second"), "--branch", "main"});
  EXPECT_EQ(output.status.code, 2);
  EXPECT_NE(output.err.find("branch main is checked out in another work tree"), std::string::npos) << output.err;
  EXPECT_EQ(git({"-C", "tree", "status", "--porcelain"}), "");
  out({"set", "a", "on", "--repo", path("second"), "--branch", "other"});
  EXPECT_EQ(git({"-C", "second", "status", "--porcelain"}), "");
}

TEST_F(WorkTreeTest, TakesWritersInClonesOneAfterTheOther) {
  commit(R"({"flags": {}})");
  for (const char* clone : {"one", "two"}) git({"clone", "-q", "-b", "main", repo(), clone});
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 6; ++writer) {
    writers.emplace_back([this, writer] {
      for (int i = 0; i < 3; ++i) {
        const std::string key = "flag-" + std::to_string(writer) + "-" + std::to_string(i);
        out({"create", key, "--repo", path(writer % 2 == 0 ? "one" : "two")});
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(base::parse_json(file())->at("flags").as_object().size(), 18u);
  for (const char* clone : {"one", "two"}) EXPECT_EQ(git({"-C", clone, "status", "--porcelain"}), "");
}

}  // namespace
}  // namespace trunkline::flags
