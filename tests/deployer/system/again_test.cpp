#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/rig.h"

namespace trunkline::deployer {
namespace {

using testing::Each;
using testing::HasSubstr;

TEST(DeployerAgain, GoesBackToTheVersionBeforeAndTriesAgainWhatWasTakenBack) {
  Rig rig;
  rig.release_first();
  rig.start_load();
  EXPECT_THAT(rig.deployer({"undo"}).err, HasSubstr("has no version before this one"));
  rig.pack("2");
  ASSERT_EQ(rig.release("2").code, 0);
  const Ran undone = rig.deployer({"undo"});
  EXPECT_EQ(undone.code, 0) << undone.out << undone.err;
  EXPECT_THAT(rig.versions(), Each("1"));
  const Ran named = rig.deployer({"undo", "--to", "2"});
  EXPECT_EQ(named.code, 0) << named.out << named.err;
  EXPECT_THAT(rig.versions(), Each("2"));
  EXPECT_THAT(rig.deployer({"undo", "--to", "2"}).err, HasSubstr("is what runs"));
  EXPECT_THAT(rig.deployer({"undo", "--to", "7"}).err, HasSubstr("never ran 7"));
  EXPECT_THAT(rig.deployer({"retry"}).err, HasSubstr("nothing to try again"));

  rig.pack("3", "exit 1");
  ASSERT_EQ(rig.release("3").code, 3);
  const Ran again = rig.deployer({"retry"});
  EXPECT_EQ(again.code, 3) << again.out << again.err;
  EXPECT_THAT(rig.versions(), Each("2"));
}

}  // namespace
}  // namespace trunkline::deployer
