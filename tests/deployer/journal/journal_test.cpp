#include "deployer/journal/journal.h"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/core/files.h"
#include "deployer/engine/event_json.h"

namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;

// No file of this process grows beyond `bytes` while the object lives: the kernel then answers as for a full disk.
class NoMoreThan {
 public:
  explicit NoMoreThan(size_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~NoMoreThan() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

Measurement compared() {
  Measurement made = Measurement::of_both(Measurement::of(0.5, 1200), Measurement::of(0.25));
  made.counts = BothCounts{{1200, 600}, {4000, 1000}};
  return made;
}

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    header_ = {"r1",
               "shop",
               "r.yaml",
               "kind: Rollout\n",
               "/dist/2.tar.zst",
               {ledger::Revision{"1", "a", "sha256:aa", ""}, Pool::twin},
               {"2", "b", "sha256:bb", "sha256:cc"},
               *base::parse_iso8601("2026-11-22T10:00:00Z"),
               "dev@host"};
    const base::WallTime wall = header_.started_at;
    events_ = {{base::Millis{0}, wall, event::Began{}},
               {base::Millis{5}, wall, event::Done{1, 2, 300}},
               {base::Millis{5}, wall, event::Done{1, 2, 300, 4}},
               {base::Millis{6}, wall, event::Failed{2, -1, "no \"space\"\n"}},
               {base::Millis{7}, wall, event::Measured{3, 1, Measurement::of(0.25)}},
               {base::Millis{8}, wall, event::Measured{3, 1, Measurement::missing("no series")}},
               {base::Millis{9}, wall, event::Measured{3, 1, Measurement::error("refused")}},
               {base::Millis{10}, wall, event::Ticked{}},
               {base::Millis{10}, wall, event::Renewed{1}},
               {base::Millis{10}, wall, event::RenewalFailed{0, "refused"}},
               {base::Millis{10}, wall, event::PauseRequested{"dev@host"}},
               {base::Millis{10}, wall, event::ResumeRequested{"dev@host"}},
               {base::Millis{10}, wall, event::PromoteRequested{"dev@host", true}},
               {base::Millis{10}, wall, event::Measured{3, 0, Measurement::of(0.5, 1200)}},
               {base::Millis{10}, wall, event::Measured{3, 0, compared()}},
               {base::Millis{10}, wall, event::Measured{3, 0, Measurement::unopposed(Measurement::of(0.5))}},
               {base::Millis{10}, wall,
                event::Measured{3, 0, Measurement::of_both(Measurement::of(1), Measurement::missing("no series"))}},
               {base::Millis{11}, wall, event::AbortRequested{"dev@host"}},
               {base::Millis{12}, wall, event::Resumed{}},
               {base::Millis{12}, wall, event::Resumed{"dev@host"}},
               {base::Millis{13}, wall, event::Abandoned{"dev@host"}},
               {base::Millis{14}, wall, event::Adopted{"dev@host"}}};
  }

  void write_all_events() {
    auto journal = Journal::create(file_, header_);
    ASSERT_TRUE(journal);
    for (const Recorded& recorded : events_) ASSERT_TRUE(journal->append(recorded));
  }

  base::TempFolder folder_ = *base::TempFolder::make("journal_test");
  fs::path file_ = folder_.path() / "journal";
  Header header_;
  std::vector<Recorded> events_;
};

TEST_F(JournalTest, ReadsBackEveryKindOfEvent) {
  write_all_events();
  const auto content = read_journal(file_);
  ASSERT_TRUE(content) << to_string(content.error());
  EXPECT_EQ(content->header, header_);
  EXPECT_EQ(content->events, events_);
}

TEST_F(JournalTest, CutsATornTailAtEveryByteAndGoesOnBehindIt) {
  write_all_events();
  const std::string text = *base::read_file(file_);
  const size_t last = text.rfind('\n', text.size() - 2) + 1;
  for (size_t size = last; size < text.size(); ++size) {
    std::ofstream(file_, std::ios::binary) << text.substr(0, size);
    const auto content = read_journal(file_);
    ASSERT_TRUE(content) << size << ": " << to_string(content.error());
    ASSERT_EQ(content->events.size(), events_.size() - 1) << size;
    auto journal = Journal::reopen(file_, *content);
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->append(events_.back()));
    ASSERT_EQ(read_journal(file_)->events, events_) << size;
  }
}

TEST_F(JournalTest, RefusesDamageInTheMiddleWithItsLine) {
  write_all_events();
  std::string text = *base::read_file(file_);
  text[text.find("\"requests\":300") + 11] = '9';
  std::ofstream(file_, std::ios::binary) << text;
  EXPECT_EQ(read_journal(file_).error().where.line, 3);
  std::ofstream(file_, std::ios::binary) << "";
  EXPECT_EQ(read_journal(file_).error().kind, base::Kind::invalid);
  fs::remove(file_);
  EXPECT_EQ(read_journal(file_).error().kind, base::Kind::not_found);
}

TEST_F(JournalTest, LosesNothingWhenTheDiskIsFull) {
  auto journal = Journal::create(file_, header_);
  ASSERT_TRUE(journal);
  ASSERT_TRUE(journal->append(events_[0]));
  {
    const NoMoreThan limit(fs::file_size(file_) + 20);  // part of the next record still fits
    EXPECT_EQ(journal->append(events_[1]).error().kind, base::Kind::io);
  }
  ASSERT_TRUE(journal->append(events_[2]));
  EXPECT_EQ(read_journal(file_)->events, (std::vector<Recorded>{events_[0], events_[2]}));
}

TEST_F(JournalTest, StillReadsFormatOne) {
  const auto content = read_journal(std::string(TRUNKLINE_SOURCE_DIR) + "/tests/deployer/journal/journal_v1");
  ASSERT_TRUE(content) << to_string(content.error());
  EXPECT_EQ(content->events.size(), 9u);
}

TEST_F(JournalTest, RefusesOneOfANewerVersion) {
  fs::copy_file(std::string(TRUNKLINE_SOURCE_DIR) + "/tests/deployer/journal/journal_newer", file_);
  const auto content = read_journal(file_);
  ASSERT_FALSE(content);
  EXPECT_NE(content.error().message.find("a journal of format 99, this version reads up to 2"), std::string::npos)
      << content.error().message;
}

TEST(EventJson, HasTheWordsOfOlderJournalsToo) {
  const auto read = [](const char* text) { return event_from_json(*base::parse_json(text)); };
  EXPECT_EQ(read(R"({"event":"pause_ended","who":"dev@host"})"), Event(event::ResumeRequested{"dev@host"}));
  EXPECT_EQ(read(R"({"event":"promoted","who":"dev@host","full":true})"),
            Event(event::PromoteRequested{"dev@host", true}));
}

}  // namespace
}  // namespace trunkline::deployer
