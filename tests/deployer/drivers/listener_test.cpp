#include "deployer/drivers/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Listener, ReadsTheKernelsTables) {
  const std::string v4 =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41 1 ffff 100 0 0 10 "
      "0\n"
      "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1 ffff 100 0 0 10 "
      "0\n"
      "   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 43 1 ffff 100 0 0 10 "
      "0\n";
  EXPECT_THAT(parse_listeners(v4), ElementsAre(Listener{"127.0.0.1", "8080", 41}, Listener{"0.0.0.0", "80", 42}));
  const std::string v6 =
      "   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 51 1\n"
      "   1: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 52 1\n";
  EXPECT_THAT(parse_listeners(v6), ElementsAre(Listener{"::1", "8080", 51}, Listener{"127.0.0.1", "8081", 52}));
}

TEST(Listener, LeavesOutWhatIsNoRow) {
  EXPECT_THAT(parse_listeners(""), IsEmpty());
  EXPECT_THAT(parse_listeners("   0: 0100007F 0:0 0A 0 0 0 0 0 41\n"), IsEmpty()) << "no port";
  EXPECT_THAT(parse_listeners("   0: 010000:1F90 0:0 0A 0 0 0 0 0 41\n"), IsEmpty()) << "a short address";
  EXPECT_THAT(parse_listeners("   0: 0100007F:1F90 0:0 0A 0 0\n"), IsEmpty()) << "no inode";
  EXPECT_THAT(parse_listeners("   0: XX00007F:1F90 0:0 0A 0 0 0 0 0 41\n"), IsEmpty()) << "no number";
}

}  // namespace
}  // namespace trunkline::deployer
