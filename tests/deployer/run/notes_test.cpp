#include "deployer/run/notes.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "deployer/run/kept_journals.h"

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
