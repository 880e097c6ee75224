#include "deployer/checks/haproxy_checks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>

namespace trunkline::deployer {
namespace {

using Kind = Measurement::Kind;
using Of = HaproxyQuery::Of;

// Two balancers that both know shop/web1 (stable) and twin/web1 (new).
class HaproxyChecksTest : public testing::Test {
 protected:
  struct Count {
    int ok = 0, failed = 0, refused = 0, ms = 0;
    int unserved = 0;  // 503s of HAProxy itself, which stand in the backend's row alone
  };
  std::string stat(const std::string& endpoint, const std::string& backend) {
    const Count& c = counts_[{endpoint, backend}];
    return fmt::format(
        "# pxname,svname,econ,eresp,hrsp_2xx,hrsp_5xx,rtime,\n"
        "{0},web1,{1},0,{2},{3},{4},\n{0},BACKEND,{1},0,{2},{5},{4},\n\n",
        backend, c.refused, c.ok, c.failed, c.ms, c.failed + c.refused + c.unserved);
  }
  Count& count(const std::string& endpoint, const std::string& backend) { return counts_[{endpoint, backend}]; }

  std::map<std::pair<std::string, std::string>, Count> counts_;
  std::set<std::string> silent_;
  HaproxyChecks checks_{{"a", "b"},
                        {{"shop", "web1", "h:1"}, {"twin", "web1", "h:2"}, {"twin", "web9", "h:3"}},
                        [this](const std::string& endpoint, const std::string& command) -> base::Result<std::string> {
                          if (silent_.contains(endpoint)) return base::fail(base::Kind::unavailable, "no answer");
                          return stat(endpoint, command.substr(10, 4));
                        }};
};

TEST_F(HaproxyChecksTest, SumBothBalancersAndBothSides) {
  count("a", "twin") = {500, 500, 0, 9};
  checks_.open({1}, {0});
  EXPECT_EQ(checks_.measure({Of::error_ratio}).kind, Kind::missing) << "no request since the bake began";
  count("a", "twin") = {590, 505, 3, 9};
  count("b", "twin") = {2, 0, 0, 30};
  count("a", "shop") = {900, 9, 0, 10};
  const Measurement both = checks_.compare({Of::error_ratio});
  EXPECT_EQ(both.value, 8.0 / 100);
  EXPECT_EQ(both.stable, 9.0 / 909);
  EXPECT_EQ(both.samples, 100);
  EXPECT_EQ(both.counts, (BothCounts{{100, 8}, {909, 9}}));
  EXPECT_EQ(checks_.measure({Of::connection_errors}).value, 3);
  EXPECT_EQ(checks_.measure({Of::error_ratio, Side::stable}).value, 9.0 / 909);
}

// A side whose servers are all down answers nothing; its users do not see that difference.
TEST_F(HaproxyChecksTest, CountRequestsForWhichNoServerWasFound) {
  count("a", "twin") = {.unserved = 7};
  count("a", "shop") = {.ok = 10, .unserved = 100};
  checks_.open({1}, {0});
  count("a", "twin") = {.ok = 60, .unserved = 27};
  count("b", "twin") = {.failed = 5, .refused = 5, .unserved = 10};
  count("a", "shop") = {.ok = 910, .unserved = 100};
  const Measurement both = checks_.compare({Of::error_ratio});
  EXPECT_EQ(both.counts, (BothCounts{{100, 40}, {900, 0}}));
  EXPECT_EQ(checks_.measure({Of::error_ratio}).value, 0.4);
}

TEST_F(HaproxyChecksTest, LeaveOutWhatCannotBeToldApartInOneBackend) {
  checks_.open({1}, {2});
  count("a", "twin") = {.ok = 60, .unserved = 20};
  EXPECT_EQ(checks_.measure({Of::error_ratio}).detail, "HAProxy has no server twin/web9");
  checks_.open({1}, {1});
  count("a", "twin") = {.ok = 120, .unserved = 40};
  EXPECT_EQ(checks_.measure({Of::error_ratio}).value, 0) << "both sides stand in the backend";
}

TEST_F(HaproxyChecksTest, AreUnopposedWhereNobodyIsOnTheStableSide) {
  checks_.open({1}, {0});
  count("a", "twin") = {50, 0, 0, 9};
  EXPECT_TRUE(checks_.compare({Of::error_ratio}).alone);
  EXPECT_TRUE(checks_.compare({Of::response_time}).alone);
  checks_.open({1}, {});
  EXPECT_TRUE(checks_.compare({Of::error_ratio}).alone);
}

TEST_F(HaproxyChecksTest, GoOnWithTheBalancersThatAnswer) {
  checks_.open({1}, {0});
  silent_ = {"b"};
  count("a", "twin") = {8, 2, 0, 9};
  EXPECT_EQ(checks_.measure({Of::error_ratio}).value, 0.2);
  silent_ = {"a", "b"};
  EXPECT_EQ(checks_.measure({Of::error_ratio}), Measurement::error("no answer"));
  silent_ = {};
  count("a", "twin") = {16, 4, 0, 9};
  EXPECT_EQ(checks_.measure({Of::error_ratio}).samples, 20) << "nothing is lost";
  checks_.open({2}, {0});
  EXPECT_EQ(checks_.measure({Of::error_ratio}).detail, "HAProxy has no server twin/web9");
}

}  // namespace
}  // namespace trunkline::deployer
