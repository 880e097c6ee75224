#include "deployer/drivers/liveness.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using base::Millis;

TEST(LivenessProbe, IsReadAsItIsWritten) {
  const LivenessProbe probe{"http://127.0.0.1:1/livez", Millis{10}, Millis{20}, 4};
  EXPECT_EQ(liveness_from_json(to_json(probe)), probe);
}

}  // namespace
}  // namespace trunkline::deployer
