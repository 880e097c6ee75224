#include "deployer/record/notes.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/core/files.h"
#include "deployer/record/kept_journals.h"
#include "deployer/record/notes_follower.h"

namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

struct Notes : testing::Test {
  const base::TempFolder folder = *base::TempFolder::make("notes_test");
  const ServiceFolder service{folder.path(), "shop"};
  const Note taken{*base::parse_iso8601("2026-11-22T10:00:00Z"), "dev@host", "lock", "taken from \"ci\"\n"};
  const Note down{*base::parse_iso8601("2026-11-22T10:01:00Z"), "dev@host", "down", "taken down"};

  void SetUp() override { ASSERT_TRUE(service.make()); }
  fs::path file(const std::string& name = "notes.jsonl") const { return service.root() / name; }
};

TEST_F(Notes, AreReadAsTheyWereWrittenWithoutALineThatIsTorn) {
  EXPECT_TRUE(read_notes(service).empty());
  ASSERT_TRUE(append_note(service, taken));
  ASSERT_TRUE(append_note(service, down));
  std::ofstream(file(), std::ios::app) << R"({"at":"2026-11-22T10:02)";
  EXPECT_THAT(read_notes(service), ElementsAre(taken, down));
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Notes, NeverGrowBeyondTwoFiles) {
  ASSERT_TRUE(append_note(service, taken));
  std::ofstream(file(), std::ios::app) << std::string(1024 * 1024, '\n');
  ASSERT_TRUE(append_note(service, down));
  EXPECT_LT(fs::file_size(file()), 1000U);
  EXPECT_THAT(read_notes(service), ElementsAre(taken, down));
  std::ofstream(file(), std::ios::app) << std::string(1024 * 1024, '\n');
  ASSERT_TRUE(append_note(service, taken));
  EXPECT_THAT(read_notes(service), ElementsAre(down, taken)) << "the oldest file is gone";
}

TEST_F(Notes, AreInNobodysWayWhereTheyCannotBeWritten) {
  fs::create_directories(file());
  EXPECT_FALSE(append_note(service, taken));
  note(service, "dev@host", "lock", "taken");
  EXPECT_TRUE(read_notes(service).empty());
}

TEST_F(Notes, SayOfWhichRolloutTheyAreAndAtWhatTimeOfIt) {
  Note silent{taken.at, "deployer", "balancer", "HAProxy at /run/a.sock is silent", "r1", base::Millis{83'250}};
  ASSERT_TRUE(append_note(service, silent));
  std::ofstream(file(), std::ios::app)
      << R"({"at":"2026-11-22T10:00:00Z","who":"","kind":"","text":"","release":1,"at_ms":"soon"})" << "\n";
  EXPECT_THAT(read_notes(service), ElementsAre(silent, Note{taken.at, "", "", ""}));
}

struct NotesFollowing : Notes {
  void add(const std::string& text) const { std::ofstream(file(), std::ios::app) << text; }
};

TEST_F(NotesFollowing, BeginsWithAllThatAreThereAndGoesOnWithWhatIsNew) {
  ASSERT_TRUE(append_note(service, taken));
  NotesFollower follower(service);
  EXPECT_THAT(follower.poll(), ElementsAre(taken));
  EXPECT_TRUE(follower.poll().empty());
  ASSERT_TRUE(append_note(service, down));
  EXPECT_THAT(follower.poll(), ElementsAre(down));
}

TEST_F(NotesFollowing, WaitsForTheFirstOneAndForOneThatIsBeingWritten) {
  NotesFollower follower(service);
  EXPECT_TRUE(follower.poll().empty());
  ASSERT_TRUE(append_note(service, taken));
  const std::string line = *base::read_file(file());
  fs::remove(file());
  add(line.substr(0, 20));
  EXPECT_TRUE(follower.poll().empty());
  add(line.substr(20));
  EXPECT_THAT(follower.poll(), ElementsAre(taken));
}

TEST_F(NotesFollowing, MissesNoneWhereTheFileIsPutAside) {
  ASSERT_TRUE(append_note(service, taken));
  fs::rename(file(), file("notes.jsonl.1"));
  NotesFollower follower(service);
  EXPECT_THAT(follower.poll(), ElementsAre(taken));
  ASSERT_TRUE(append_note(service, taken));
  EXPECT_THAT(follower.poll(), ElementsAre(taken));
  ASSERT_TRUE(append_note(service, down));
  add(std::string(1024 * 1024, '\n'));
  ASSERT_TRUE(append_note(service, taken));
  EXPECT_THAT(follower.poll(), ElementsAre(down, taken));
}

TEST_F(NotesFollowing, GoesOnBehindGarbageAndWhatIsTooMuch) {
  NotesFollower follower(service);
  add(std::string(3 * 1024 * 1024, '{'));
  EXPECT_TRUE(follower.poll().empty());
  add("\n[1]\n\x01\xff\n");
  ASSERT_TRUE(append_note(service, taken));
  EXPECT_THAT(follower.poll(), ElementsAre(taken));
  fs::resize_file(file(), 10);
  EXPECT_TRUE(follower.poll().empty());
  add("\n");
  ASSERT_TRUE(append_note(service, down));
  EXPECT_THAT(follower.poll(), ElementsAre(down));
}

TEST_F(NotesFollowing, SeesNoneWhereThereIsNoFileToRead) {
  fs::create_directories(file());
  ASSERT_EQ(mkfifo(file("notes.jsonl.1").c_str(), 0600), 0);
  NotesFollower follower(service);
  EXPECT_TRUE(follower.poll().empty());
}

using KeptJournals = Notes;

TEST_F(KeptJournals, AreTheLastTwentyAndTheJournalStays) {
  EXPECT_TRUE(kept_journals(service).empty());
  for (int i = 10; i < 35; ++i) {
    ASSERT_TRUE(base::write_file_atomically(service.journal(), std::to_string(i)));
    ASSERT_TRUE(keep_journal(service, "20261122T1000" + std::to_string(i) + "-9f3a"));
    ASSERT_TRUE(keep_journal(service, "20261122T1000" + std::to_string(i) + "-9f3a")) << "once more after a crash";
  }
  const auto kept = kept_journals(service);
  ASSERT_EQ(kept.size(), kKeptJournals);
  EXPECT_EQ(kept.front().filename(), "20261122T100015-9f3a");
  EXPECT_EQ(base::read_file(kept.front()), "15");
  EXPECT_EQ(base::read_file(kept.back()), "34");
  EXPECT_EQ(base::read_file(service.journal()), "34");
}

}  // namespace
}  // namespace trunkline::deployer
