#include "deployer/dial/map_file.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace {

TEST(MapFile, ChangesOneEntryAndNothingElse) {
  EXPECT_EQ(with_entry("", "shop", "1"), "shop 1\n");
  EXPECT_EQ(with_entry("# all shares\nblog 5\nshop 7", "shop", "1"), "# all shares\nblog 5\nshop 1\n");
  EXPECT_EQ(with_entry("shop\t7\nshop-twin 8\n\nshop 9\n", "shop", "1"), "shop 1\nshop-twin 8\n\n");
  EXPECT_EQ(with_entry("shopping 7", "shop", "1"), "shopping 7\nshop 1\n");
}

TEST(MapFile, IsReplacedInOneStepAndKeepsItsMode) {
  const auto folder = *base::TempFolder::make("map");
  const auto file = folder.path() / "t.map";
  EXPECT_EQ(write_map_entry(file, "shop", "1").error().kind, base::Kind::not_found);
  std::ofstream(file) << "blog 5\n";
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  ASSERT_TRUE(write_map_entry(file, "shop", "1"));
  EXPECT_EQ(*base::read_file(file), "blog 5\nshop 1\n");
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0640));
}

}  // namespace
}  // namespace trunkline::deployer
