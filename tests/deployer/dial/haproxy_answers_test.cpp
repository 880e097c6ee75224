#include "deployer/dial/haproxy_answers.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

// As HAProxy 2.6 gives them; the columns that are not read are left out of the second one.
constexpr const char* kState =
    "1\n"
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight\n"
    "3 shop 1 web1 127.0.0.1 2 0 1 1\n"
    "3 shop 2 web2 127.0.0.1 2 8 1 1\n"
    "3 shop 3 web3 127.0.0.1 0 1 1 1\n"
    "3 shop 4 web4 127.0.0.1 0 0 1 1\n\n";
constexpr const char* kStat =
    "# pxname,svname,qcur,qmax,scur,smax,slim,stot,\n"
    "shop,web1,0,0,3,9,,1200,\n"
    "shop,web2,0,0,1,9,,800,\n"
    "shop,BACKEND,0,0,4,9,200,2000,\n"
    "other,web1,0,0,7,9,,1,\n\n";

TEST(HaproxyAnswers, TellWhoIsUpDrainingOrInMaintenance) {
  const auto servers = parse_servers(kState, kStat, "shop");
  ASSERT_TRUE(servers);
  EXPECT_EQ(servers->size(), 4u);
  EXPECT_EQ(servers->at("web1"), (HaproxyServer{false, false, true, 3, 1200}));
  EXPECT_EQ(servers->at("web2"), (HaproxyServer{false, true, true, 1, 800}));
  EXPECT_EQ(servers->at("web3"), (HaproxyServer{true, false, false, 0, 0}));
  EXPECT_EQ(servers->at("web4"), (HaproxyServer{false, false, false, 0, 0}));
}

TEST(HaproxyAnswers, PassOnWhatHaproxySaysInstead) {
  const auto servers = parse_servers("Can't find backend.\n", kStat, "shop");
  EXPECT_EQ(to_string(servers.error()), "HAProxy says of the backend \"shop\": Can't find backend.");
  EXPECT_FALSE(parse_servers(kState, "", "shop"));
}

}  // namespace
}  // namespace trunkline::deployer
