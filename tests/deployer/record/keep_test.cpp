#include "deployer/record/keep.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "deployer/drivers/supervisor.h"

namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;
using ledger::Revision;

// Versions 1, 2, ... have digests and configurations of their own.
Revision revision(int version) {
  const std::string digit = std::to_string(version);
  return {digit, "", "sha256:" + std::string(64, digit[0]), "sha256:c" + std::string(63, digit[0])};
}

ledger::Release release(int from, int to) {
  ledger::Release release;
  release.id = std::to_string(from) + "to" + std::to_string(to);
  release.to = revision(to);
  release.outcome = "completed";
  if (from > 0) release.from = revision(from);
  return release;
}

TEST(Keep, TakesTheNewestRevisionsAndThoseThatAreNeeded) {
  const std::vector<ledger::Release> history = {release(0, 1), release(1, 2), release(2, 3), release(3, 4)};
  EXPECT_EQ(revisions_to_keep(history, {}, 2), (std::vector{revision(4), revision(3)}));
  EXPECT_EQ(revisions_to_keep(history, {revision(1), revision(4)}, 1), (std::vector{revision(4), revision(1)}));
  EXPECT_EQ(revisions_to_keep(history, {}, 9).size(), 4U);
}

class KeptFolder : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder_.make());
    for (int version = 1; version <= 4; ++version) {
      ASSERT_TRUE(ledger::append_release(folder_.history(), release(version - 1, version)));
      put(version);
    }
    ASSERT_TRUE(folder_.save_stable({revision(4), Pool::home}));
  }

  void put(int version) const {
    fs::create_directories(folder_.release(revision(version)) / "bin");
    ASSERT_TRUE(folder_.save_config(revision(version), {{"shop.conf", "x"}}));
    ASSERT_TRUE(folder_.save_launch({revision(version), {"bin/shop"}, {}}));
    std::ofstream(folder_.log("web1", revision(version))) << "hello";
  }

  bool has(int version) const {
    const Revision r = revision(version);
    const bool whole = fs::exists(folder_.release(r)) && fs::exists(folder_.config(r) / "shop.conf") &&
                       folder_.load_launch(r).has_value() && fs::exists(folder_.log("web1", r));
    const bool some = fs::exists(folder_.release(r)) || fs::exists(folder_.config(r)) ||
                      folder_.load_launch(r).has_value() || fs::exists(folder_.log("web1", r));
    EXPECT_EQ(whole, some) << "version " << version << " is there in part";
    return whole;
  }

  base::TempFolder temporary_ = *base::TempFolder::make("keep_test");
  ServiceFolder folder_{temporary_.path(), "shop"};
};

TEST_F(KeptFolder, LosesItsOldReleasesAndWhatWasNeverFinished) {
  fs::create_directories(folder_.root() / "releases" / "0123.tmp.77");
  ASSERT_TRUE(remove_old_releases(folder_, 2));
  EXPECT_FALSE(has(1));
  EXPECT_FALSE(has(2));
  EXPECT_TRUE(has(3));
  EXPECT_TRUE(has(4));
  EXPECT_FALSE(fs::exists(folder_.root() / "releases" / "0123.tmp.77"));
}

TEST_F(KeptFolder, KeepsWhatItWouldGoBackTo) {
  ASSERT_TRUE(remove_old_releases(folder_, 1));
  EXPECT_TRUE(has(3)) << "undo goes there";
  EXPECT_TRUE(has(4));
}

TEST_F(KeptFolder, KeepsWhatIsStableHoweverOldItIs) {
  ASSERT_TRUE(folder_.save_stable({revision(1), Pool::home}));
  ASSERT_TRUE(remove_old_releases(folder_, 1));
  EXPECT_TRUE(has(1));
  EXPECT_FALSE(has(2));
}

TEST_F(KeptFolder, KeepsWhatAnInstanceRuns) {
  const fs::path home = folder_.instance("web1");
  fs::create_directories(home);
  std::ofstream(home / "state.json")
      << R"({"format":1,"supervisor":{"pid":1,"start_time":1,"boot_id":"b"},"status":"running","restarts":0,)"
      << R"("last_exit":"","revision":)" << base::to_text(to_json(revision(2))) << "}";
  ASSERT_TRUE(remove_old_releases(folder_, 1));
  EXPECT_TRUE(has(2));
  EXPECT_FALSE(has(1));
}

TEST_F(KeptFolder, KeepsWhatUndoNeedsHoweverManyReleasesFailMeanwhile) {
  for (int version = 5; version <= 8; ++version) {
    ledger::Release failed = release(4, version);
    failed.outcome = "rolled_back";
    ASSERT_TRUE(ledger::append_release(folder_.history(), failed));
    put(version);
    ASSERT_TRUE(remove_old_releases(folder_, 2));
  }
  EXPECT_TRUE(has(4)) << "it runs";
  EXPECT_TRUE(has(3)) << "undo goes there";
  EXPECT_TRUE(has(8)) << "retry tries it again";
  for (const int gone : {1, 2, 5, 6, 7}) EXPECT_FALSE(has(gone)) << gone;
}

}  // namespace
}  // namespace trunkline::deployer
