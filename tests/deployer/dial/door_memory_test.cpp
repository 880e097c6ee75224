#include "deployer/dial/door_memory.h"

#include <gmock/gmock.h>

namespace trunkline::deployer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Server kWeb1{"shop", "web1", "127.0.0.1:1"}, kWeb2{"shop", "web2", "127.0.0.1:2"};
const HaproxyProcess kFirst{1, 100, "2.6"}, kNext{2, 200, "2.6"};

std::vector<std::string> paths(const std::vector<DoorMemory::Left>& all) {
  std::vector<std::string> paths;
  for (const DoorMemory::Left& left : all) paths.push_back(path_of(left.server));
  return paths;
}

TEST(DoorMemory, KnowsWhatABalancerMissed) {
  DoorMemory memory;
  memory.remember(kWeb1, Door::ready);
  EXPECT_TRUE(memory.missed("/b", kWeb1));
  memory.remember(kWeb2, Door::ready);
  EXPECT_FALSE(memory.missed("/b", kWeb2)) << "it missed something before";
  EXPECT_THAT(paths(memory.missed_at("/b")), ElementsAre("shop/web1", "shop/web2"));
  EXPECT_THAT(memory.missed_at("/a"), IsEmpty());
  EXPECT_THAT(memory.behind(), ElementsAre("/b"));
  memory.took("/b", kWeb1);
  EXPECT_THAT(memory.behind(), ElementsAre("/b"));
  memory.took("/b", kWeb2);
  EXPECT_THAT(memory.behind(), IsEmpty());
}

TEST(DoorMemory, TakesANewProcessForOneThatForgotEverything) {
  DoorMemory memory;
  EXPECT_FALSE(memory.has_met("/a"));
  EXPECT_FALSE(memory.met("/a", kFirst)) << "it was never another one";
  EXPECT_TRUE(memory.has_met("/a"));
  memory.remember(kWeb1, Door::ready);
  memory.remember(kWeb2, Door::maint);
  EXPECT_FALSE(memory.met("/a", kFirst));
  EXPECT_THAT(memory.missed_at("/a"), IsEmpty());
  EXPECT_TRUE(memory.met("/a", kNext));
  EXPECT_THAT(paths(memory.missed_at("/a")), ElementsAre("shop/web1", "shop/web2"));
  EXPECT_FALSE(memory.met("/a", kNext));
}

TEST(DoorMemory, CallsOnlyThoseBehindWhoMayNotKnowOfAnOpenDoor) {
  DoorMemory memory;
  memory.remember(kWeb1, Door::drain);
  memory.missed("/b", kWeb1);
  EXPECT_THAT(memory.behind(), IsEmpty()) << "an open door too many sends nobody to one that is shut";
  memory.remember(kWeb1, Door::ready);
  EXPECT_THAT(memory.behind(), ElementsAre("/b"));
  EXPECT_EQ(memory.left("shop/web1")->door, Door::ready);
  EXPECT_FALSE(memory.left("shop/web2"));
}

}  // namespace
}  // namespace trunkline::deployer
