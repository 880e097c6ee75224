#include "tests/deployer/engine/kill_everywhere.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {

void expect_same_end_wherever_killed(const Plan& plan,
                                     const std::function<Measurement(int metric, base::Millis now)>& measure) {
  ScriptedWorld reference(plan);
  reference.measure = measure;
  reference.run();
  ASSERT_FALSE(reference.events.empty());
  for (size_t record = 0; record < reference.events.size(); ++record) {
    ScriptedWorld world(plan);
    world.measure = measure;
    bool alive = true;
    world.before_event = [&](ScriptedWorld& w) {
      if (w.events.size() == record && std::exchange(alive, false)) w.kill();
    };
    world.run();
    EXPECT_EQ(world.state().outcome, reference.state().outcome) << "killed at " << record << ": " << world.trace();
    EXPECT_TRUE(world.broken_promises.empty()) << "killed at " << record << ": " << world.broken_promises[0];
  }
}

}  // namespace trunkline::deployer
