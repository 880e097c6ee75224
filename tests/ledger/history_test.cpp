#include "ledger/history.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"

namespace trunkline::ledger {
namespace {

namespace fs = std::filesystem;
using base::Kind;

Release release(const std::string& id) {
  Release made;
  made.id = id;
  made.service = "shop";
  made.environment = "production";
  made.to = {"2", "b", "sha256:bb", "sha256:cc"};
  made.strategy = "oneBox";
  made.started_at = *base::parse_iso8601("2026-11-22T10:00:00.5Z");
  made.ended_at = *base::parse_iso8601("2026-11-22T10:05:00Z");
  made.outcome = "completed";
  made.who = "dev@host";
  return made;
}

class History : public testing::Test {
 protected:
  base::TempFolder folder_ = *base::TempFolder::make("history_test");
  fs::path file_ = folder_.path() / "history.jsonl";
};

TEST_F(History, ReadsWhatWasAppended) {
  EXPECT_TRUE(read_history(file_)->empty());
  Release second = release("r2");
  second.from = Revision{"1", "a", "sha256:aa", ""};
  second.first_exposed_at = second.started_at;
  second.outcome = "rolled_back";
  second.reason = "p99 0.41 > 0.25";
  ASSERT_TRUE(append_release(file_, release("r1")));
  ASSERT_TRUE(append_release(file_, second));
  EXPECT_EQ(read_history(file_), (std::vector<Release>{release("r1"), second}));
}

TEST_F(History, WritesAReleaseOnceOnly) {
  ASSERT_TRUE(append_release(file_, release("r1")));
  ASSERT_TRUE(append_release(file_, release("r1")));
  EXPECT_EQ(read_history(file_)->size(), 1u);
}

TEST_F(History, FindsALineThatWasChanged) {
  ASSERT_TRUE(append_release(file_, release("r1")));
  ASSERT_TRUE(append_release(file_, release("r2")));
  std::string text = *base::read_file(file_);
  text.replace(text.find("completed"), 9, "cancelled");
  std::ofstream(file_) << text;
  const auto error = read_history(file_).error();
  EXPECT_EQ(error.kind, Kind::invalid);
  EXPECT_EQ(error.where.line, 1);
}

TEST_F(History, FindsALineThatWasTakenOut) {
  for (const char* id : {"r1", "r2", "r3"}) ASSERT_TRUE(append_release(file_, release(id)));
  std::string text = *base::read_file(file_);
  const size_t first = text.find('\n') + 1;
  text.erase(first, text.find('\n', first) + 1 - first);
  std::ofstream(file_) << text;
  EXPECT_EQ(read_history(file_).error().where.line, 2);
  EXPECT_FALSE(append_release(file_, release("r4"))) << "a broken history is not built upon";
}

TEST_F(History, CutsATornLastLine) {
  ASSERT_TRUE(append_release(file_, release("r1")));
  std::ofstream(file_, std::ios::app) << "{\"version\":1,\"id\":\"r2";
  EXPECT_EQ(read_history(file_)->size(), 1u);
  ASSERT_TRUE(append_release(file_, release("r2")));
  EXPECT_EQ(read_history(file_)->size(), 2u);
}

TEST_F(History, IgnoresMembersItDoesNotKnow) {
  // A sample of format 1 with a later version's additional member.
  std::ofstream(file_) << *base::read_file(std::string(TRUNKLINE_SOURCE_DIR) + "/tests/ledger/history_v1.jsonl");
  ASSERT_TRUE(read_history(file_)) << to_string(read_history(file_).error());
  EXPECT_EQ(read_history(file_)->size(), 2u);
}

}  // namespace
}  // namespace trunkline::ledger
