#include "flags/source/source.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/git/repository.h"

namespace trunkline::flags {
namespace {

const base::Author kAda{"Ada", "ada@example.org"};

class SourceTest : public testing::Test {
 protected:
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(base::write_file_atomically(path(name), text));
  }
  std::unique_ptr<Source> source(const std::string& spec) {
    return make_source(parse_source_spec(spec).value(), folder_.path() / "cache");
  }

  base::TempFolder folder_ = base::TempFolder::make("source-test").value();
};

TEST(SourceSpec, ReadsBothForms) {
  EXPECT_EQ(parse_source_spec("file:a/b.json")->location, "a/b.json");
  EXPECT_EQ(parse_source_spec("file:///a/b.json")->location, "/a/b.json");
  const auto git = parse_source_spec("git:git@host:flags.git#release/1:flags/flags.json").value();
  EXPECT_EQ(git.location, "git@host:flags.git");
  EXPECT_EQ(git.branch, "release/1");
  EXPECT_EQ(git.path, "flags/flags.json");
}

TEST(SourceSpec, IsShownWithoutUserAndPassword) {
  const auto spec = parse_source_spec("git:https://ann:p@ss@host/flags.git#main:flags.json").value();
  EXPECT_EQ(spec.location, "https://ann:p@ss@host/flags.git");
  EXPECT_EQ(spec.display, "git:https://host/flags.git#main:flags.json");
  EXPECT_EQ(parse_source_spec("file:a/b.json")->display, "file:a/b.json");
  EXPECT_EQ(parse_source_spec("git:https://ann:secret@host").error().message.find("secret"), std::string::npos);
}

TEST(SourceSpec, RefusesEverythingElse) {
  for (const char* text :
       {"", "flags.json", "file:", "git:url", "git:url#main", "git:#main:p", "git:u#:p", "git:u#m:"}) {
    ASSERT_FALSE(parse_source_spec(text)) << text;
    EXPECT_EQ(parse_source_spec(text).error().kind, base::Kind::usage);
  }
}

TEST_F(SourceTest, GivesAFileOnceForEachChange) {
  const auto file = source("file:" + path("a.json"));
  EXPECT_EQ(file->poll().error().kind, base::Kind::not_found);
  write("a.json", "one");
  EXPECT_EQ(file->poll().value()->text, "one");
  EXPECT_EQ(file->poll().value(), std::nullopt);
  write("a.json", "two");
  EXPECT_EQ(file->poll().value()->text, "two");
}

TEST_F(SourceTest, SeesASwappedSymbolicLink) {
  write("1.json", "one");
  write("2.json", "two");
  std::filesystem::create_symlink("1.json", path("link"));
  const auto file = source("file:" + path("link"));
  EXPECT_EQ(file->poll().value()->text, "one");
  std::filesystem::create_symlink("2.json", path("next"));
  std::filesystem::rename(path("next"), path("link"));
  EXPECT_EQ(file->poll().value()->text, "two");
}

TEST_F(SourceTest, GivesAFileOfABranchOnceForEachCommit) {
  auto repository = base::Repository::open_or_init_bare(path("flags.git")).value();
  const auto git = source("git:" + path("flags.git") + "#main:f.json");
  EXPECT_FALSE(git->poll());
  const std::string first = repository.commit_file("main", {"", "f.json", "one", kAda, "m"}).value();
  const auto got = git->poll().value();
  EXPECT_EQ(got->text, "one");
  EXPECT_EQ(got->revision, first);
  EXPECT_EQ(git->poll().value(), std::nullopt);
  ASSERT_TRUE(repository.commit_file("main", {first, "f.json", "two", kAda, "m"}));
  EXPECT_EQ(git->poll().value()->text, "two");
  std::filesystem::remove_all(path("flags.git"));
  EXPECT_FALSE(git->poll());
}

}  // namespace
}  // namespace trunkline::flags
