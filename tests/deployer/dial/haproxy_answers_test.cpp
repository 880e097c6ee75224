#include "deployer/dial/haproxy_answers.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

// As HAProxy 2.6 gives them; most columns that are not read are left out.
constexpr const char* kState =
    "1\n"
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port\n"
    "3 shop 1 web1 127.0.0.1 2 0 1 9001\n"
    "3 shop 2 web2 127.0.0.1 2 8 1 9002\n"
    "3 shop 3 web3 127.0.0.1 0 5 1 9003\n"
    "3 shop 4 web4 127.0.0.1 0 4 1 9004\n\n";
constexpr const char* kStat =
    "# pxname,svname,qcur,qmax,scur,smax,slim,stot,check_status,check_rise,check_fall,check_health,\n"
    "shop,web1,0,0,3,9,,1200,,,,,\n"
    "shop,web2,0,0,1,9,,800,* L7OK,2,3,2,\n"
    "shop,web4,0,0,1,9,,800,L7OK,2,3,4,\n"
    "shop,BACKEND,0,0,4,9,200,2000,,,,,\n"
    "other,web1,0,0,7,9,,1,,,,,\n\n";

TEST(HaproxyAnswers, TellWhoIsUpDrainingOrInMaintenance) {
  const auto servers = parse_servers(kState, kStat, "shop");
  ASSERT_TRUE(servers);
  EXPECT_EQ(servers->size(), 4u);
  EXPECT_EQ(servers->at("web1"), (HaproxyServer{false, false, true, true, 3, 1200, "127.0.0.1:9001", ""}));
  EXPECT_EQ(servers->at("web2"), (HaproxyServer{false, true, true, false, 1, 800, "127.0.0.1:9002", "L7OK"}));
  EXPECT_EQ(servers->at("web3"), (HaproxyServer{true, false, false, false, 0, 0, "127.0.0.1:9003", ""}));
  EXPECT_EQ(servers->at("web4"), (HaproxyServer{false, false, false, true, 1, 800, "127.0.0.1:9004", "L7OK"}));
}

TEST(HaproxyAnswers, TellTheProcessAndItsClock) {
  const auto process = parse_process("Name: HAProxy\nVersion: 2.6.12-1\nPid: 8438\nStart_time_sec: 1795531633\n\n");
  EXPECT_EQ(process, (HaproxyProcess{8438, 1795531633, "2.6.12-1"}));
  EXPECT_EQ(parse_clock("thread_id: 2 (1..2)\ndate_now: 1795531633.960638\nctxsw: 94\n"), 1795531633960);
  EXPECT_FALSE(parse_process("Permission denied\n"));
  EXPECT_FALSE(parse_clock("date_now: soon\n"));
}

TEST(HaproxyAnswers, TellAllValuesOfAKeyOfAMap) {
  const char* map = "0x55e41c1346f0 shop 1:2:s:a:b\n0x55e41c1346f1 shop-twin x\n0x7f7f600465f0 shop 3\n\n";
  EXPECT_EQ(parse_map(map, "shop"), (std::vector<std::string>{"1:2:s:a:b", "3"}));
  EXPECT_EQ(parse_map("\n", "shop"), std::vector<std::string>{});
  EXPECT_FALSE(parse_map("Unknown map identifier. Please use #<id> or <file>.\n", "shop"));
}

TEST(HaproxyAnswers, PassOnWhatHaproxySaysInstead) {
  const auto servers = parse_servers("Can't find backend.\n", kStat, "shop");
  EXPECT_EQ(to_string(servers.error()), "HAProxy says of the backend \"shop\": Can't find backend.");
  EXPECT_FALSE(parse_servers(kState, "", "shop"));
}

}  // namespace
}  // namespace trunkline::deployer
