#include "deployer/record/lineage.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using ledger::Release;
using ledger::Revision;

Revision revision(int version) {
  return {std::to_string(version), "", "sha256:" + std::to_string(version), ""};
}

Release release(int from, int to, const std::string& outcome = "completed") {
  Release release;
  if (from > 0) release.from = revision(from);
  release.to = revision(to);
  release.outcome = outcome;
  return release;
}

std::string line(const std::vector<Release>& history) {
  std::string text;
  for (const Revision& one : lineage(history)) text += one.version;
  return text;
}

TEST(Lineage, GrowsWithEachCompletedRelease) {
  EXPECT_EQ(line({}), "");
  EXPECT_EQ(line({release(0, 1)}), "1");
  EXPECT_EQ(line({release(0, 1), release(1, 2), release(2, 3)}), "123");
  EXPECT_EQ(line({release(0, 1), release(1, 2, "rolled_back"), release(1, 3, "failed")}), "1");
}

TEST(Lineage, GoesBackByOneWithEachUndo) {
  const std::vector<Release> undone = {release(0, 1), release(1, 2), release(2, 3), release(3, 2)};
  EXPECT_EQ(line(undone), "12");
  EXPECT_EQ(revision_before(undone), revision(1)) << "and not 3, which was just taken away";
  auto twice = undone;
  twice.push_back(release(2, 1));
  EXPECT_EQ(line(twice), "1");
  EXPECT_EQ(revision_before(twice), std::nullopt);
  auto onwards = undone;
  onwards.push_back(release(2, 4));
  EXPECT_EQ(line(onwards), "124");
}

TEST(Lineage, StaysWhereAReleaseIsRepeatedOrFails) {
  EXPECT_EQ(line({release(0, 1), release(1, 1)}), "1");
  EXPECT_EQ(line({release(0, 1), release(1, 2), release(2, 2)}), "12");
  EXPECT_EQ(revision_before({release(0, 1), release(1, 2), release(2, 3, "rolled_back")}), revision(1));
}

TEST(Lineage, BeginsAnewAfterTheServiceWasTakenDown) {
  EXPECT_EQ(line({release(0, 1), release(1, 2), release(0, 3)}), "3");
}

TEST(Lineage, TakesWhatWasReplacedWhereNoReleasePutItThere) {
  EXPECT_EQ(line({release(7, 8)}), "78") << "adopted, or the history began later";
  EXPECT_EQ(line({release(0, 1), release(5, 6)}), "156");
}

}  // namespace
}  // namespace trunkline::deployer
