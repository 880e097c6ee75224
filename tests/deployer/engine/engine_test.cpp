#include "deployer/engine/engine.h"

#include <gtest/gtest.h>
#include <limits>

#include "tests/deployer/engine/kill_everywhere.h"
#include "tests/deployer/engine/world.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

Metric metric(const std::string& name, const std::string& success) {
  Metric made;
  made.name = name;
  ScrapeQuery query;
  query.of.name = "x";
  made.query = query;
  made.success = *parse_condition(success);
  made.interval = 1s;
  return made;
}

// Three instances, one box first, ten seconds of bake that judge an error ratio.
Plan plan(bool first = false) {
  Rollout rollout;
  rollout.service = "shop";
  rollout.strategy.type = StrategyType::one_box;
  rollout.strategy.bake = 10s;
  rollout.analysis.metrics = {metric("errors", "result < 0.01")};
  rollout.analysis.background = {0};
  for (int i = 1; i <= 3; ++i) rollout.instances.push_back({"web" + std::to_string(i), "127.0.0.1", 9000 + i});
  const ledger::Revision old{"1", "a", "sha256:aa", ""}, fresh{"2", "b", "sha256:bb", ""};
  return *compile(rollout, "r1", first ? Before{} : Before{old, Pool::home}, fresh);
}

std::string replace(const std::string& name, const std::string& side) {
  return "drain " + name + ", stop " + name + ", start " + side + " " + name + ", probe " + name + ", admit " + name;
}

const std::string kAllForward = "fetch, " + replace("web1", "new") + ", bake, " + replace("web2", "new") + ", " +
                                replace("web3", "new") + ", completed";

TEST(Engine, CompletesARelease) {
  ScriptedWorld world(plan());
  world.run();
  EXPECT_EQ(world.trace(), kAllForward);
  EXPECT_TRUE(world.broken_promises.empty());
  EXPECT_EQ(world.state().outcome, Outcome::completed);
  EXPECT_EQ(world.now(), 10s);
  EXPECT_EQ(world.state().first_exposed, 0ms);
}

TEST(Engine, TakesTrafficBackAtTheFirstBreachOfTheBake) {
  ScriptedWorld world(plan());
  world.measure = [](int, base::Millis now) { return Measurement::of(now < 3s ? 0 : 0.5); };
  world.run();
  EXPECT_EQ(world.trace(),
            "fetch, " + replace("web1", "new") + ", bake, cancel, " + replace("web1", "stable") + ", rolled_back");
  EXPECT_EQ(world.now(), 3s);
  EXPECT_EQ(world.state().reason, "errors: 0.5 breaks result < 0.01 (x on the new side)");
  EXPECT_EQ(world.state().served_by_new, 100);
  EXPECT_TRUE(world.broken_promises.empty());
}

TEST(Engine, CountsTheConnectionsThatWereCutOnBothWays) {
  ScriptedWorld world(plan());
  world.cut = 2;
  world.measure = [](int, base::Millis now) { return Measurement::of(now < 3s ? 0 : 0.5); };
  world.run();
  EXPECT_EQ(world.state().outcome, Outcome::rolled_back);
  EXPECT_EQ(world.state().cut, 4);
}

TEST(Engine, HoldsWhereADrainDoesNotEndOnBothWays) {
  ScriptedWorld world(plan());
  world.failures["drain web2"] = "its connections are still open";
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(world.state().held_in, Phase::forward);
  world.failures = {{"drain web1", "its connections are still open"}};
  world.abort();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(world.state().held_in, Phase::rolling_back);
}

TEST(Engine, TakesItBackWhenTheNewRevisionNeverGetsReady) {
  ScriptedWorld world(plan());
  world.failures["probe web1"] = "no answer";
  world.before_event = [](ScriptedWorld& w) {
    if (w.state().phase == Phase::rolling_back) w.failures.clear();
  };
  world.run();
  EXPECT_EQ(world.trace(), "fetch, drain web1, stop web1, start new web1, probe web1, cancel, " +
                               replace("web1", "stable") + ", rolled_back");
  EXPECT_EQ(world.state().reason, "could not probe web1 (web1): no answer");
  EXPECT_FALSE(world.state().first_exposed) << "no user touched";
}

TEST(Engine, TakesItBackWhenTheNewRevisionEndsInTheBake) {
  ScriptedWorld world(plan());
  bool once = true;
  world.before_event = [&](ScriptedWorld& w) {
    if (w.now() >= 4s && std::exchange(once, false)) w.crash(0);
  };
  world.run();
  EXPECT_EQ(world.trace(),
            "fetch, " + replace("web1", "new") + ", bake, cancel, " + replace("web1", "stable") + ", rolled_back");
  EXPECT_EQ(world.state().reason, "could not bake for 10s (web1): its process ended with exit 1");
  EXPECT_TRUE(world.broken_promises.empty());
}

TEST(Engine, LetsNobodyBeTouchedWhenTheArtifactIsGone) {
  ScriptedWorld world(plan());
  world.failures["fetch"] = "gone";
  world.run();
  EXPECT_EQ(world.trace(), "fetch, cancel, rolled_back");
}

TEST(Engine, HoldsWhenTheLoadBalancerIsGoneAndGoesOnWhenResumed) {
  ScriptedWorld world(plan());
  world.failures["drain web2"] = "refused";
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(world.state().reason, "could not drain web2 (web2): refused");
  world.failures.clear();
  world.resume();
  EXPECT_EQ(world.state().outcome, Outcome::completed);
  EXPECT_EQ(world.state().reason, "");
  EXPECT_TRUE(world.broken_promises.empty());
}

TEST(Engine, HoldsWhenTheWayBackFailsAndDoesNotLoop) {
  ScriptedWorld world(plan());
  world.measure = [](int, base::Millis) { return Measurement::of(1); };
  world.failures["start stable web1"] = "no such file";
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(world.state().held_in, Phase::rolling_back);
  world.failures.clear();
  world.abort();
  EXPECT_EQ(world.state().outcome, Outcome::rolled_back);
}

TEST(Engine, HoldsWithoutDataAndTreatsNaNAsNone) {
  ScriptedWorld world(plan());
  world.measure = [](int, base::Millis) { return Measurement::of(std::numeric_limits<double>::quiet_NaN()); };
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(world.state().reason, "errors: no data (the result is nan; x on the new side)");
}

TEST(Engine, RollsBackOnAPersonsWordAtAnyTimeBeforeTheEnd) {
  ScriptedWorld world(plan());
  bool once = true;
  world.before_event = [&](ScriptedWorld& w) {
    if (w.state().places[1].runs == Side::fresh && std::exchange(once, false)) w.abort();
  };
  world.run();
  EXPECT_EQ(world.state().outcome, Outcome::rolled_back);
  EXPECT_EQ(world.state().reason, "aborted by dev@host");
  EXPECT_TRUE(world.broken_promises.empty());
}

TEST(Engine, TakesAFailedFirstReleaseAway) {
  ScriptedWorld world(plan(true));
  world.failures["probe web2"] = "no answer";
  world.run();
  EXPECT_EQ(world.state().outcome, Outcome::failed);
  EXPECT_EQ(world.trace(),
            "fetch, drain web1, drain web2, drain web3, start new web1, start new web2, start new web3, probe web1, "
            "probe web2, probe web3, "
            "cancel, drain web1, drain web2, drain web3, stop web1, stop web2, stop web3, failed");
}

TEST(Engine, EndsWhenTheServiceIsTakenDown) {
  ScriptedWorld world(plan());
  world.failures["drain web2"] = "refused";
  world.run();
  const Plan p = plan();
  const Advance turn = advance(p, world.state(), event::Abandoned{"dev@host"}, world.now());
  EXPECT_EQ(turn.state.outcome, Outcome::failed);
  EXPECT_EQ(turn.state.reason, "taken down by dev@host");
}

TEST(Engine, IgnoresAnswersOfActsThatWereCancelled) {
  const Plan p = plan();
  State state = advance(p, initial_state(p), event::Began{}, 0ms).state;
  const State before = state;
  state = advance(p, std::move(state), event::Done{99, 0, 0}, 0ms).state;
  EXPECT_EQ(state, before);
}

TEST(Engine, EndsTheSameWhereverItIsKilled) {
  for (const double errors : {0.0, 1.0}) {
    expect_same_end_wherever_killed(plan(), [&](int, base::Millis) { return Measurement::of(errors); });
  }
}

// I9: the events are the state.
TEST(Engine, DecidesTheSameFromTheSameEvents) {
  ScriptedWorld world(plan());
  world.measure = [](int, base::Millis now) { return Measurement::of(now < 5s ? 0 : 1); };
  world.run();
  const Plan p = plan();
  State state = initial_state(p);
  for (const auto& [at, event] : world.events) state = advance(p, std::move(state), event, at).state;
  EXPECT_EQ(state, world.state());
}

// Of a service whose journal was lost: a person looked, and said that it is right.
TEST(Engine, TakesWhatIsAdoptedForTheStableRevision) {
  Plan p = plan();
  p.from.reset();
  const Advance turn = advance(p, initial_state(p), event::Adopted{"dev@host"}, 0ms);
  EXPECT_EQ(turn.state.outcome, Outcome::completed);
  EXPECT_EQ(turn.state.reason, "adopted by dev@host");
  for (int i = 0; i < p.fleet; ++i) {
    const Observed& place = turn.state.places[static_cast<size_t>(i)];
    EXPECT_TRUE(place.serving && place.runs == Side::fresh && !place.touched);
  }
}

}  // namespace
}  // namespace trunkline::deployer
