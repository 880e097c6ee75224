#include "deployer/journal/journal_follower.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace {

using base::Millis;

Header header(const std::string& id) {
  return {id, "shop", "r.yaml", "kind: Rollout\n", "/dist/2.tar.zst", {}, {"2", "b", "sha256:bb", ""}, {}, "dev@host"};
}

Recorded tick(int at) {
  return {Millis{at}, {}, event::Ticked{}};
}

class JournalFollowing : public testing::Test {
 protected:
  void add_text(const std::string& text) const { std::ofstream(file_, std::ios::app) << text; }
  JournalFollower::News poll() {
    auto news = follower_.poll();
    EXPECT_TRUE(news) << to_string(news.error());
    return news.value_or(JournalFollower::News{});
  }

  base::TempFolder folder_ = *base::TempFolder::make("follower_test");
  std::filesystem::path file_ = folder_.path() / "journal";
  JournalFollower follower_{file_};
};

TEST_F(JournalFollowing, BeginsWithAllThatIsThereAndGoesOnWithWhatIsNew) {
  auto journal = *Journal::create(file_, header("r1"));
  ASSERT_TRUE(journal.append(tick(1)));
  const auto first = poll();
  EXPECT_EQ(first.anew, header("r1"));
  EXPECT_EQ(first.events, std::vector<Recorded>{tick(1)});
  EXPECT_TRUE(poll().events.empty());
  ASSERT_TRUE(journal.append(tick(2)));
  ASSERT_TRUE(journal.append(tick(3)));
  const auto second = poll();
  EXPECT_FALSE(second.anew);
  EXPECT_EQ(second.events, (std::vector<Recorded>{tick(2), tick(3)}));
}

TEST_F(JournalFollowing, WaitsForARecordThatIsBeingWritten) {
  const auto journal = *Journal::create(file_, header("r1"));
  poll();
  const std::string record = record_text(tick(1));
  add_text(record.substr(0, 20));
  EXPECT_TRUE(poll().events.empty());
  add_text(record.substr(20));
  EXPECT_EQ(poll().events, std::vector<Recorded>{tick(1)});
}

TEST_F(JournalFollowing, GoesOnBehindATornTailThatAResumeCutsOff) {
  const auto begun = *Journal::create(file_, header("r1"));
  add_text(record_text(tick(1)).substr(0, 20));
  poll();
  auto resumed = *Journal::reopen(file_, *read_journal(file_));
  ASSERT_TRUE(resumed.append(tick(2)));
  const auto news = poll();
  EXPECT_FALSE(news.anew);
  EXPECT_EQ(news.events, std::vector<Recorded>{tick(2)});
}

// A record whose fsync failed is taken out again: what was read of it never counted.
TEST_F(JournalFollowing, ReadsAnewWhereARecordThatItReadWasCutOff) {
  auto journal = *Journal::create(file_, header("r1"));
  ASSERT_TRUE(journal.append(tick(1)));
  const auto before = *read_journal(file_);
  ASSERT_TRUE(journal.append(tick(2)));
  poll();
  auto resumed = *Journal::reopen(file_, before);
  ASSERT_TRUE(resumed.append(tick(3)));
  ASSERT_TRUE(resumed.append(tick(4)));
  const auto news = poll();
  EXPECT_TRUE(news.anew);
  EXPECT_EQ(news.events, (std::vector<Recorded>{tick(1), tick(3), tick(4)}));
}

TEST_F(JournalFollowing, SaysThatAnotherRolloutTookItsPlace) {
  auto first = *Journal::create(file_, header("r1"));
  ASSERT_TRUE(first.append(tick(1)));
  poll();
  auto second = *Journal::create(file_, header("r2"));
  ASSERT_TRUE(second.append(tick(7)));
  const auto news = poll();
  EXPECT_EQ(news.anew, header("r2"));
  EXPECT_EQ(news.events, std::vector<Recorded>{tick(7)});
}

TEST_F(JournalFollowing, FailsWhereThereIsNoneAndWhereItIsDamaged) {
  EXPECT_EQ(follower_.poll().error().kind, base::Kind::not_found);
  const auto journal = *Journal::create(file_, header("r1"));
  poll();
  add_text("nonsense\n" + record_text(tick(1)));
  EXPECT_EQ(follower_.poll().error().kind, base::Kind::invalid);
}

}  // namespace
}  // namespace trunkline::deployer
