#include "flags/source/source.h"

#include <deque>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>

#include "base/core/files.h"
#include "base/git/repository.h"
#include "flags/source/file_watch.h"
#include "flags/source/http_source.h"

namespace trunkline::flags {
namespace {

using base::Millis;

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

TEST(SourceSpec, ReadsEachForm) {
  EXPECT_EQ(parse_source_spec("file:a/b.json")->location, "a/b.json");
  EXPECT_EQ(parse_source_spec("file:///a/b.json")->location, "/a/b.json");
  const auto git = parse_source_spec("git:git@host:flags.git#release/1:flags/flags.json").value();
  EXPECT_EQ(git.location, "git@host:flags.git");
  EXPECT_EQ(git.branch, "release/1");
  EXPECT_EQ(git.path, "flags/flags.json");
  const auto pinned = parse_source_spec("git:https://host/flags.git#main@0123abcd:flags.json").value();
  EXPECT_EQ(pinned.branch, "main");
  EXPECT_EQ(pinned.commit, "0123abcd");
  EXPECT_EQ(parse_source_spec("https://host/flags.json")->kind, SourceSpec::Kind::http);
}

TEST(SourceSpec, IsShownWithoutUserAndPassword) {
  const auto spec = parse_source_spec("git:https://ann:p@ss@host/flags.git#main:flags.json").value();
  EXPECT_EQ(spec.location, "https://ann:p@ss@host/flags.git");
  EXPECT_EQ(spec.display, "git:https://host/flags.git#main:flags.json");
  EXPECT_EQ(parse_source_spec("file:a/b.json")->display, "file:a/b.json");
  EXPECT_EQ(parse_source_spec("https://host/f.json?sig=secret")->display, "https://host/f.json?...");
  EXPECT_EQ(parse_source_spec("http://ann:secret@host/f").error().message.find("secret"), std::string::npos);
  EXPECT_EQ(parse_source_spec("git:https://ann:secret@host").error().message.find("secret"), std::string::npos);
}

TEST(SourceSpec, RefusesEverythingElse) {
  for (const char* text :
       {"", "flags.json", "file:", "git:url", "git:url#main", "git:#main:p", "git:u#:p", "git:u#m:", "git:u#m@:p",
        "git:u#m@xyz:p", "git:u#@abcd:p", "http://", "https://ann:pw@host/x", "ftp://host/x"}) {
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

TEST_F(SourceTest, StaysAtThePinnedCommitOfABranch) {
  auto repository = base::Repository::open_or_init_bare(path("flags.git")).value();
  const std::string first = repository.commit_file("main", {"", "f.json", "one", kAda, "m"}).value();
  ASSERT_TRUE(repository.commit_file("main", {first, "f.json", "two", kAda, "m"}));
  const auto git = source("git:" + path("flags.git") + "#main@" + first.substr(0, 10) + ":f.json");
  const auto got = git->poll().value();
  EXPECT_EQ(got->text, "one");
  EXPECT_EQ(got->revision, first);
  EXPECT_EQ(git->poll().value(), std::nullopt);
}

// Whether the source tells by itself that there is something new.
bool tells(const Source& source, int limit_ms = 5000) {
  pollfd end{source.watch(), POLLIN, 0};
  return ::poll(&end, 1, limit_ms) == 1;
}

TEST_F(SourceTest, TellsOfWritesRenamesAndSwappedLinks) {
  std::filesystem::create_directories(path("v1"));
  std::filesystem::create_directories(path("v2"));
  write("v1/flags.json", "one");
  write("v2/flags.json", "two");
  // As a mounted ConfigMap: flags.json -> ..data/flags.json, ..data -> v1.
  std::filesystem::create_directory_symlink("v1", path("..data"));
  std::filesystem::create_symlink("..data/flags.json", path("flags.json"));
  const auto file = source("file:" + path("flags.json"));
  EXPECT_EQ(file->poll().value()->text, "one");
  EXPECT_FALSE(tells(*file, 0));
  std::filesystem::create_directory_symlink("v2", path("..next"));
  std::filesystem::rename(path("..next"), path("..data"));
  EXPECT_TRUE(tells(*file));
  EXPECT_EQ(file->poll().value()->text, "two");
  std::ofstream(path("v2/flags.json")) << "in place";
  EXPECT_TRUE(tells(*file));
  EXPECT_EQ(file->poll().value()->text, "in place");
  write("v2/flags.json", "renamed");
  EXPECT_TRUE(tells(*file));
  EXPECT_EQ(file->poll().value()->text, "renamed");
}

TEST_F(SourceTest, TellsWhenAFolderOnTheWayComesAndGoes) {
  const auto file = source("file:" + path("a/b/flags.json"));
  EXPECT_FALSE(file->poll());
  std::filesystem::create_directories(path("a"));
  EXPECT_TRUE(tells(*file));
  EXPECT_FALSE(file->poll());
  std::filesystem::create_directories(path("a/b"));
  EXPECT_TRUE(tells(*file));
  EXPECT_FALSE(file->poll());
  write("a/b/flags.json", "one");
  EXPECT_TRUE(tells(*file));
  EXPECT_EQ(file->poll().value()->text, "one");
  std::filesystem::rename(path("a"), path("c"));
  EXPECT_FALSE(file->poll());
  std::filesystem::create_directories(path("a/b"));
  write("a/b/flags.json", "two");
  EXPECT_TRUE(tells(*file));
  EXPECT_EQ(file->poll().value()->text, "two");
}

TEST_F(SourceTest, ReadsNoFileThatIsBeingWritten) {
  write("f.json", "whole");
  const auto file = source("file:" + path("f.json"));
  EXPECT_TRUE(file->poll().value());
  std::ofstream writer(path("f.json"));
  writer << "ha" << std::flush;
  EXPECT_FALSE(tells(*file, 0));
  EXPECT_EQ(file->poll().value(), std::nullopt);
  writer << "lf" << std::flush;
  writer.close();
  EXPECT_TRUE(tells(*file));
  EXPECT_EQ(file->poll().value()->text, "half");
}

TEST_F(SourceTest, SeesTwoWritesOfTheSameLengthWithinATick) {
  const auto file = source("file:" + path("f.json"));
  for (int i = 100; i < 200; ++i) {
    std::ofstream(path("f.json")) << i;
    const auto got = file->poll().value();
    ASSERT_TRUE(got) << i;
    ASSERT_EQ(got->text, std::to_string(i));
    ASSERT_EQ(file->poll().value(), std::nullopt);
  }
}

TEST(FileWatch, SurvivesACircleOfLinks) {
  const auto folder = base::TempFolder::make("watch-test").value();
  std::filesystem::create_symlink("b", folder.path() / "a");
  std::filesystem::create_symlink("a", folder.path() / "b");
  EXPECT_EQ(folders_on_the_way(folder.path() / "a"), std::vector{folder.path()});
}

class FakeHttp final : public base::HttpClient {
 public:
  std::deque<base::Result<base::Response>> answers;
  std::vector<base::Request> asked;

  base::Result<base::Response> send(const std::string&, const base::Request& request, std::optional<Millis>) override {
    asked.push_back(request);
    auto answer = answers.front();
    answers.pop_front();
    return answer;
  }
  void cancel() override { answers.emplace_back(base::fail(base::Kind::cancelled, "cancelled")); }
};

class HttpSourceTest : public testing::Test {
 protected:
  base::Result<std::optional<SourceText>> poll(base::Result<base::Response> answer) {
    http_->answers.push_back(std::move(answer));
    return source_.poll();
  }
  Millis interval() { return source_.interval(Millis{5000}); }

  std::unique_ptr<FakeHttp> made_ = std::make_unique<FakeHttp>();
  FakeHttp* http_ = made_.get();
  HttpSource source_{"http://x/v1/flagset?key=k", "secret", std::move(made_)};
  const base::Header kWaited{"Preference-Applied", "wait=30"};
};

TEST_F(HttpSourceTest, AsksWithTheTagAndTheTokenAndTakesPartInWaiting) {
  const auto first = poll(base::Response{200, {{"ETag", "\"1\""}, {"Trunkline-Revision", "c1"}}, "one"}).value();
  EXPECT_EQ(first->text, "one");
  EXPECT_EQ(first->name, "http://x/v1/flagset");
  EXPECT_EQ(first->revision, "c1");
  EXPECT_EQ(http_->asked[0].headers.find("Authorization"), "Bearer secret");
  EXPECT_FALSE(http_->asked[0].headers.find("Prefer"));
  EXPECT_LE(interval(), Millis{100}) << "it may wait for us";
  EXPECT_EQ(poll(base::Response{200, {{"ETag", "\"2\""}, kWaited}, "two"}).value()->text, "two");
  EXPECT_EQ(http_->asked[1].headers.find("If-None-Match"), "\"1\"");
  EXPECT_EQ(http_->asked[1].headers.find("Prefer"), "wait=30");
  EXPECT_LE(interval(), Millis{100}) << "it waits for us";
  EXPECT_GT(interval(), Millis{50}) << "but this was quick";
}

TEST_F(HttpSourceTest, PollsAServerThatDoesNotWaitOnceItHasRefusedTwice) {
  poll(base::Response{200, {{"ETag", "\"1\""}}, "one"});
  EXPECT_EQ(poll(base::Response{304, {kWaited}, ""}).value(), std::nullopt) << "at once: it has not waited";
  EXPECT_EQ(interval(), Millis{1000}) << "perhaps it was only stopping";
  poll(base::Response{304, {}, ""});
  EXPECT_EQ(interval(), Millis{5000});
}

TEST_F(HttpSourceTest, AsksWithoutWaitingWhetherTheServerIsBack) {
  poll(base::Response{200, {{"ETag", "\"1\""}}, "one"});
  EXPECT_FALSE(poll(base::fail(base::Kind::unavailable, "gone")));
  EXPECT_TRUE(poll(base::Response{304, {}, ""}));
  EXPECT_FALSE(http_->asked.back().headers.find("Prefer"));
  EXPECT_LE(interval(), Millis{100});
}

TEST_F(HttpSourceTest, TakesTheSameTextOnceWhateverItsTag) {
  EXPECT_TRUE(poll(base::Response{200, {}, "one"}).value());
  EXPECT_EQ(poll(base::Response{200, {}, "one"}).value(), std::nullopt);
  EXPECT_EQ(interval(), Millis{5000}) << "without a tag there is nothing to wait for";
  EXPECT_EQ(poll(base::Response{200, {{"ETag", "\"other\""}, kWaited}, "one"}).value(), std::nullopt);
  poll(base::Response{200, {{"ETag", "\"third\""}, kWaited}, "one"});
  poll(base::Response{200, {{"ETag", "\"fourth\""}, kWaited}, "one"});
  EXPECT_EQ(interval(), Millis{5000}) << "no busy loop on one that gives new tags for the same text";
}

TEST(HttpSource, TellsWhatTheServerAnsweredAndNeverTheToken) {
  auto fake = std::make_unique<FakeHttp>();
  fake->answers.push_back(base::Response{401, {}, ""});
  fake->answers.push_back(base::Response{304, {}, ""});
  HttpSource source("http://x/flags.json", "secret", std::move(fake));
  const base::Error error = source.poll().error();
  EXPECT_EQ(error.kind, base::Kind::denied);
  EXPECT_EQ(error.message, "GET http://x/flags.json: the server answered 401: it refuses the token");
  EXPECT_FALSE(source.poll()) << "a 304 that nobody asked for";
}

}  // namespace
}  // namespace trunkline::flags
