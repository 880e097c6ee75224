#include <algorithm>
#include <gtest/gtest.h>

#include "deployer/engine/engine.h"
#include "deployer/plan/presets.h"
#include "tests/deployer/engine/kill_everywhere.h"
#include "tests/deployer/engine/world.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;

Rollout rollout() {
  Rollout made;
  made.service = "shop";
  made.traffic = Traffic{};
  made.traffic->map = "/m";
  made.strategy.type = StrategyType::canary;
  made.strategy.ramp = canary_ramp(1000, 60s);
  made.strategy.post_promotion_bake = 30s;
  Metric errors;
  errors.name = "errors";
  errors.query = ScrapeQuery{};
  errors.success = *parse_condition("result < 0.01");
  errors.interval = 1s;
  made.analysis.metrics = {errors};
  made.analysis.background = {0};
  for (int i = 1; i <= 2; ++i) {
    const std::string id = "web" + std::to_string(i);
    made.instances.push_back({id, "127.0.0.1", 9000 + i, id, {}});
    made.twins.push_back({id + "-twin", "127.0.0.1", 9100 + i, id, {}});
  }
  return made;
}

Plan plan_of(const Rollout& rollout, Pool pool = Pool::home) {
  const ledger::Revision old{"1", "a", "sha256:aa", ""}, fresh{"2", "b", "sha256:bb", ""};
  return *compile(rollout, "r1", {old, pool}, fresh);
}

const std::string kPrepare =
    "fetch, drain web1-twin, drain web2-twin, stop web1-twin, stop web2-twin, start new web1-twin, start new "
    "web2-twin, probe web1-twin, probe web2-twin, admit web1-twin, admit web2-twin, ";
const std::string kTakeAway = "drain web1-twin, drain web2-twin, stop web1-twin, stop web2-twin, ";

TEST(ShareRelease, MovesSharesAndKeepsTheOldHotUntilTheEnd) {
  ScriptedWorld world(plan_of(rollout()));
  world.run();
  EXPECT_EQ(world.trace(), kPrepare +
                               "expose 1000, bake, expose 10000, bake, promote, drain web1, drain web2, stop web1, "
                               "stop web2, completed");
  EXPECT_EQ(world.now(), 90s);
  EXPECT_TRUE(world.broken_promises.empty());
}

TEST(ShareRelease, GoesToTheOtherPoolNextTime) {
  ScriptedWorld world(plan_of(rollout(), Pool::twin));
  world.run();
  EXPECT_NE(world.trace().find("start new web1, "), std::string::npos) << world.trace();
  EXPECT_NE(world.trace().find("stop web1-twin, stop web2-twin, completed"), std::string::npos);
}

TEST(ShareRelease, SendsUsersBackInOneWriteAndOnlyThenTidiesUp) {
  ScriptedWorld world(plan_of(rollout()));
  world.measure = [](int, base::Millis now) { return Measurement::of(now < 5s ? 0 : 0.5); };
  world.run();
  EXPECT_EQ(world.trace(),
            kPrepare + "expose 1000, bake, cancel, look at web1, look at web2, expose 0, " + kTakeAway + "rolled_back");
}

// A tick that changes nothing and is wanted again at once would keep the deployer from hearing that users are back.
TEST(ShareRelease, WantsNoTickWhileUsersAreSentBackThoughARenewalIsDue) {
  Rollout file = rollout();
  file.traffic->lease = 30s;
  file.strategy.ramp = {step::Expose{{}, 1000, false}, step::Ask{10s, OnTimeout::roll_back},
                        step::Expose{{}, kAllUsers, false}};
  const Plan plan = plan_of(file);
  ScriptedWorld world(plan);
  bool seen = false;
  world.before_event = [&](ScriptedWorld& now) {
    if (!now.trace().ends_with("expose 0")) return;
    seen = true;
    EXPECT_GT(*next_wake(plan, now.state()), now.now()) << now.trace();
  };
  world.run();
  EXPECT_TRUE(seen);
  EXPECT_EQ(world.state().outcome, Outcome::rolled_back);
}

TEST(ShareRelease, HoldsWhereTheOldRevisionIsNotWellEither) {
  ScriptedWorld world(plan_of(rollout()));
  world.measure = [](int, base::Millis) { return Measurement::of(0.5); };
  world.failures["look at web2"] = "503";
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(world.trace().find("expose 0"), std::string::npos);
}

TEST(ShareRelease, StartsTheOldAgainOnceItIsGone) {
  Rollout file = rollout();
  file.strategy.keep_old = false;
  ScriptedWorld world(plan_of(file));
  world.measure = [](int, base::Millis now) { return Measurement::of(now < 62s ? 0 : 0.5); };
  world.run();
  EXPECT_NE(
      world.trace().find("cancel, start stable web1, start stable web2, probe web1, probe web2, admit web1, admit "
                         "web2, expose 0, " +
                         kTakeAway + "rolled_back"),
      std::string::npos)
      << world.trace();
}

// Fault 20: what is healthy is kept, though it is the version that is taken back.
TEST(ShareRelease, HoldsWithItsUsersWhereTheyAreIfTheOldCannotBeStartedAnyMore) {
  Rollout file = rollout();
  file.strategy.keep_old = false;
  ScriptedWorld world(plan_of(file));
  world.measure = [](int, base::Millis now) { return Measurement::of(now < 62s ? 0 : 0.5); };
  world.failures["start stable web1"] = world.failures["start stable web2"] = "its files are gone";
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(world.trace().find("expose 0"), std::string::npos) << world.trace();
  world.failures.clear();
  world.resume();
  EXPECT_EQ(world.state().outcome, Outcome::rolled_back);
  EXPECT_TRUE(world.broken_promises.empty());
}

TEST(ShareRelease, TriesNoThirdPlaceWhereTheOldStartsNowhere) {
  Rollout file = rollout();
  file.strategy.keep_old = false;
  for (int i = 3; i <= 6; ++i) {
    const std::string id = "web" + std::to_string(i);
    file.instances.push_back({id, "127.0.0.1", 9000 + i, id, {}});
    file.twins.push_back({id + "-twin", "127.0.0.1", 9100 + i, id, {}});
  }
  ScriptedWorld world(plan_of(file));
  world.measure = [](int, base::Millis now) { return Measurement::of(now < 62s ? 0 : 0.5); };
  for (int i = 1; i <= 6; ++i) world.failures["start stable web" + std::to_string(i)] = "its files are gone";
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_EQ(std::count_if(world.state().places.begin(), world.state().places.end(),
                          [](const Observed& place) { return place.quarantined; }),
            1)
      << world.trace();
  EXPECT_EQ(world.trace().find("expose 0"), std::string::npos) << world.trace();
}

TEST(ShareRelease, RenewsItsLeaseAndHoldsOnceItIsLost) {
  ScriptedWorld world(plan_of(rollout()));
  world.before_event = [](ScriptedWorld& w) {
    if (w.now() > 20s) w.renewals_fail = true;
  };
  world.run();
  EXPECT_EQ(world.state().phase, Phase::held);
  EXPECT_GE(world.now(), 40s) << "two of three renewals may fail";
  EXPECT_LE(world.now(), 52s);
  EXPECT_NE(world.state().reason.find("lease"), std::string::npos);
  world.renewals_fail = false;
  world.before_event = [](ScriptedWorld&) {};
  world.resume();
  EXPECT_EQ(world.state().outcome, Outcome::completed);
  EXPECT_NE(
      world.trace().find("hold, probe web1-twin, probe web2-twin, admit web1-twin, admit web2-twin, expose 1000, bake"),
      std::string::npos)
      << "probed before users meet it again: " << world.trace();
}

TEST(ShareRelease, WaitsForAWordAndDoesWhatItSaysWithoutOne) {
  Rollout file = rollout();
  file.strategy.ramp = {step::Expose{{}, 100, false}, step::Ask{1h, OnTimeout::roll_back},
                        step::Expose{{}, kAllUsers, false}};
  ScriptedWorld late(plan_of(file));
  late.run();
  EXPECT_EQ(late.state().outcome, Outcome::rolled_back);
  EXPECT_EQ(late.state().reason, "nobody gave their word within 1h");
  ScriptedWorld said(plan_of(file));
  bool once = true;
  said.before_event = [&](ScriptedWorld& w) {
    if (w.now() > 10s && std::exchange(once, false)) w.promote();
  };
  said.run();
  EXPECT_EQ(said.state().outcome, Outcome::completed);
  EXPECT_LT(said.now(), 50s);
}

TEST(ShareRelease, GoesToAllUsersAtAPersonsWord) {
  Rollout file = rollout();
  file.strategy.ramp = linear_ramp(1000, 60s);
  ScriptedWorld world(plan_of(file));
  bool once = true;
  world.before_event = [&](ScriptedWorld& w) {
    if (w.now() > 10s && std::exchange(once, false)) w.promote(true);
  };
  world.run();
  EXPECT_NE(world.trace().find("expose 1000, bake, expose 10000, bake, promote"), std::string::npos) << world.trace();
}

TEST(ShareRelease, StaysWhereItIsWhilePaused) {
  ScriptedWorld world(plan_of(rollout()));
  int at = 0;
  world.before_event = [&](ScriptedWorld& w) {
    if (w.now() > 10s && at == 0) {
      at = 1;
      w.pause();
    }
    if (w.now() > 300s && at == 1) {
      at = 2;
      w.end_pause();
    }
  };
  world.run();
  EXPECT_EQ(world.state().outcome, Outcome::completed);
  EXPECT_GE(world.now(), 370s);
  EXPECT_LE(world.now(), 400s);
}

TEST(ShareRelease, ExtendsABakeThatSawTooFewRequests) {
  Rollout file = rollout();
  file.strategy.ramp = {step::Expose{{}, 1000, false}, step::Bake{60s, {0}, 500, OnInsufficient::extend, 120s},
                        step::Expose{{}, kAllUsers, false}};
  ScriptedWorld slow(plan_of(file));
  slow.measure = [](int, base::Millis now) { return Measurement::of(0, now / 200ms); };
  slow.run();
  EXPECT_EQ(slow.state().outcome, Outcome::completed);
  EXPECT_EQ(slow.now(), 130s) << "100 s for 500 requests, 30 s behind";
  ScriptedWorld idle(plan_of(file));
  idle.measure = [](int, base::Millis) { return Measurement::of(0, 3); };
  idle.run();
  EXPECT_EQ(idle.state().phase, Phase::held);
  EXPECT_EQ(idle.state().reason, "only 3 of 500 requests reached the new side");
  EXPECT_EQ(idle.now(), 180s);
}

TEST(ShareRelease, CountsOnlyGoodTimeOfABake) {
  Rollout file = rollout();
  file.analysis.metrics[0].failure_limit = 10;
  ScriptedWorld world(plan_of(file));
  world.measure = [](int, base::Millis now) { return Measurement::of(now >= 10s && now < 15s ? 0.5 : 0); };
  world.run();
  EXPECT_EQ(world.state().outcome, Outcome::completed);
  EXPECT_EQ(world.now(), 95s);
}

TEST(ShareRelease, EndsTheSameWhereverItIsKilled) {
  for (const double errors : {0.0, 1.0}) {
    expect_same_end_wherever_killed(plan_of(rollout()),
                                    [&](int, base::Millis now) { return Measurement::of(now < 30s ? 0 : errors); });
  }
}

}  // namespace
}  // namespace trunkline::deployer
