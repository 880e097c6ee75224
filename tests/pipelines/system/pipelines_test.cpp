#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/process.h"

// The real program: what it prints and how it ends.
namespace trunkline::pipelines {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class PipelinesTest : public testing::Test {
 protected:
  base::ProcessOutput run(std::vector<std::string> arguments, const std::filesystem::path& folder) {
    arguments.insert(arguments.begin(), TRUNKLINE_BIN_DIR "/pipelines");
    return base::run_process({.argv = std::move(arguments), .folder = folder}, std::chrono::seconds{60}).value();
  }
  base::ProcessOutput run(std::vector<std::string> arguments) { return run(std::move(arguments), path()); }
  void git(std::vector<std::string> arguments) {
    std::vector<std::string> argv = {"git", "-C", path().string(), "-c", "user.name=Ada", "-c", "user.email=a@b.c"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const auto output = base::run_process({.argv = argv}, std::chrono::seconds{60}).value();
    ASSERT_TRUE(output.status.ok()) << output.err;
  }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(base::make_folders((path() / name).parent_path()));
    ASSERT_TRUE(base::write_file_atomically(path() / name, text));
  }
  std::filesystem::path path() const { return folder_.path(); }

  base::TempFolder folder_ = base::TempFolder::make("pipelines-test").value();
};

const std::string kGood = "on: push\njobs: {a: {runs-on: x}}\n";
const std::string kBad = "on: push\njobs: {a: {runs-on: x, need: b, if: githb.ref}}\n";

TEST_F(PipelinesTest, LintsTheFilesThatAreNamed) {
  write("good.yml", kGood);
  write("bad.yml", kBad);
  const auto good = run({"lint", "good.yml"});
  EXPECT_EQ(good.status.code, 0);
  EXPECT_EQ(good.out, "1 file, nothing to say\n");
  const auto both = run({"lint", "bad.yml", "good.yml"});
  EXPECT_EQ(both.status.code, 1);
  EXPECT_EQ(both.out,
            "bad.yml:2:24: error: unknown key \"need\" in a job, did you mean \"needs\"? [unknown-key]\n"
            "bad.yml:2:37: error: unknown context \"githb\", did you mean \"github\"? [unknown-context]\n"
            "2 findings in 2 files\n");
  EXPECT_EQ(both.err, "");
}

TEST_F(PipelinesTest, LintsTheRepositoryItStandsIn) {
  git({"init", "-q"});
  write(".github/workflows/b.yml", kBad);
  write(".github/workflows/a.yaml", kGood);
  write(".github/workflows/notes.txt", "- [");
  write("deep/folder/x", "");
  const auto top = run({"lint"});
  EXPECT_EQ(top.status.code, 1);
  EXPECT_THAT(top.out, StartsWith(".github/workflows/b.yml:2:24: error: "));
  EXPECT_THAT(top.out, HasSubstr("2 findings in 2 files\n"));
  const auto below = run({"lint"}, path() / "deep/folder");
  EXPECT_EQ(below.status.code, 1);
  EXPECT_THAT(below.out, StartsWith("../../.github/workflows/b.yml:2:24: error: "));
}

TEST_F(PipelinesTest, PrintsFindingsAsJson) {
  write("broken.yml", "on: push\njobs: [\n");
  const auto broken = run({"lint", "--json", "broken.yml"});
  EXPECT_EQ(broken.status.code, 1);
  EXPECT_EQ(broken.out,
            R"json({"rule":"yaml-syntax","severity":"error","file":"broken.yml","line":3,"column":1,)json"
            R"json("message":"broken YAML: did not find expected node content (while parsing a flow node)"})json"
            "\n");
  write("good.yml", kGood);
  const auto good = run({"lint", "--json", "good.yml"});
  EXPECT_EQ(good.status.code, 0);
  EXPECT_EQ(good.out, "");
}

TEST_F(PipelinesTest, RefusesWhatIsNotThere) {
  write("bad.yml", kBad);
  const auto missing = run({"lint", "bad.yml", "missing.yml"});
  EXPECT_EQ(missing.status.code, 2);
  EXPECT_THAT(missing.out, HasSubstr("2 findings in 1 file\n"));
  EXPECT_THAT(missing.err, testing::AllOf(StartsWith("pipelines: error: "), HasSubstr("missing.yml")));
  EXPECT_EQ(run({"lint", "."}).status.code, 2);
  EXPECT_EQ(run({"lint"}).status.code, 2);  // no repository here
  const auto option = run({"lint", "--jsonn"});
  EXPECT_EQ(option.status.code, 2);
  EXPECT_THAT(option.err, HasSubstr("--json"));
  EXPECT_EQ(run({}).status.code, 2);
  EXPECT_EQ(run({"lnt"}).status.code, 2);
  EXPECT_EQ(run({"version", "extra"}).status.code, 2);
}

TEST_F(PipelinesTest, LintsWhatItCanReadBesideWhatItCannot) {
  git({"init", "-q"});
  write(".github/workflows/b.yml", kBad);
  write(".github/workflows/folder.yml/x", "");
  std::filesystem::create_symlink("nowhere", path() / ".github/workflows/a.yml");
  const auto lint = run({"lint"});
  EXPECT_EQ(lint.status.code, 2);
  EXPECT_THAT(lint.out, HasSubstr("2 findings in 1 file\n"));
  EXPECT_THAT(lint.err, testing::AllOf(HasSubstr("a.yml"), HasSubstr("folder.yml")));
}

TEST_F(PipelinesTest, PrintsTheVersion) {
  git({"init", "-q"});
  const auto none = run({"version"});
  EXPECT_EQ(none.status.code, 1);
  EXPECT_EQ(none.err, "pipelines: error: HEAD: this repository has no commit yet\n");
  git({"commit", "-q", "--allow-empty", "-m", "x"});
  const auto text = run({"version"});
  EXPECT_EQ(text.status.code, 0);
  EXPECT_THAT(text.out, testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+-1-g[0-9a-f]+\n"));
  const auto json = base::parse_json(run({"version", "--repo", path().string(), "--json"}, "/").out).value();
  EXPECT_EQ(base::string_or(json, "version") + "\n", text.out);
  EXPECT_EQ(base::find(json, "count")->as_int64(), 1);
  EXPECT_EQ(base::string_or(json, "commit").size(), 40u);
  EXPECT_EQ(base::string_or(json, "date").size(), 10u);
  EXPECT_FALSE(base::find(json, "dirty")->as_bool());
}

TEST_F(PipelinesTest, HasNoVersionOutsideARepository) {
  const auto none = run({"version"});
  EXPECT_EQ(none.status.code, 2);
  EXPECT_THAT(none.err, StartsWith("pipelines: error: "));
  EXPECT_EQ(run({"version", "--repo", "/nowhere"}).status.code, 2);
}

}  // namespace
}  // namespace trunkline::pipelines
