#include "deployer/checks/instance_checks.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using Kind = Measurement::Kind;

class InstanceChecksTest : public testing::Test {
 protected:
  std::map<std::string, InstanceHealth> health_ = {{"web1", {true, 3}}, {"web2", {true, 0}}, {"web3", {true, 0}}};
  InstanceChecks checks_{{{"web1", "h", 1}, {"web2", "h", 2}, {"web3", "h", 3}},
                         [this](const std::string& id) -> base::Result<InstanceHealth> {
                           if (health_.contains(id)) return health_.at(id);
                           return base::fail(base::Kind::unavailable, "no answer");
                         }};
};

TEST_F(InstanceChecksTest, CountRestartsSinceTheBakeBeganAndWhatDoesNotRun) {
  checks_.open({0, 1}, {2});
  EXPECT_EQ(checks_.measure({}).value, 0) << "restarts from before are none of the bake's";
  health_["web1"] = {true, 5};
  health_["web2"] = {false, 1};
  health_["web3"] = {false, 0};
  EXPECT_EQ(checks_.measure({}).value, 2 + 1 + 1);
  EXPECT_EQ(checks_.measure({Side::stable}).value, 1);
  health_["web1"] = {true, 1};
  EXPECT_EQ(checks_.measure({}).value, 1 + 1 + 1) << "a count that fell was begun anew";
}

TEST_F(InstanceChecksTest, DoNotTakeSilenceForHealth) {
  checks_.open({0, 1}, {});
  EXPECT_EQ(checks_.measure({Side::stable}).kind, Kind::missing);
  health_.erase("web2");
  EXPECT_EQ(checks_.measure({}).detail, "web2: no answer");
  EXPECT_EQ(checks_.measure({}).kind, Kind::error);
}

}  // namespace
}  // namespace trunkline::deployer
