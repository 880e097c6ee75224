#include "deployer/record/left.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/watch/scripted.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const base::WallTime kThen = *base::parse_iso8601("2026-11-22T10:00:00Z");

std::vector<int> shares(const std::vector<Exposure>& left) {
  std::vector<int> found;
  for (const Exposure& exposure : left) found.push_back(exposure.share);
  return found;
}

ExposureView view_of(const std::string& text) {
  ExposureView view;
  view.endpoint = "X";
  view.text = text;
  view.started = kThen - 1h;
  return view;
}

Begun begun(base::Millis until) {
  Script script = canary_script();
  script.until = until;
  return Scripted(script).recorded();
}

TEST(Left, IsNobodyBeforeTheFirstChange) {
  Begun nothing = begun(0s);
  nothing.journal.events.resize(1);
  EXPECT_THAT(left_at_dials(nothing),
              ElementsAre(ElementsAre(exposure_of(nothing.rollout, nothing.plan, 0, 0, false))));
}

TEST(Left, IsTheShareThatWasSetLast) {
  const Begun in_bake = begun(85s);
  EXPECT_THAT(left_at_dials(in_bake),
              ElementsAre(ElementsAre(exposure_of(in_bake.rollout, in_bake.plan, 0, 1000, false))));
  const Begun done = begun(1h);
  EXPECT_THAT(left_at_dials(done), ElementsAre(ElementsAre(promoted_exposure_of(done.rollout, done.plan, 0))));
}

TEST(Left, IsEitherValueWhileAChangeIsUnderWay) {
  Begun killed = begun(0s);
  auto& events = killed.journal.events;
  ASSERT_TRUE(std::holds_alternative<event::Done>(events.back().event)) << "of the first share";
  events.pop_back();
  EXPECT_THAT(shares(left_at_dials(killed).front()), ElementsAre(0, 1000));
}

TEST(Drift, IsAnotherEntryThanThoseThatMayHaveBeenLeft) {
  const Begun in_bake = begun(85s);
  const auto left = left_at_dials(in_bake).front();
  EXPECT_FALSE(drift_of(left, "shop", view_of("1795531733:1000:r1:shop:shop-twin"), kThen));
  EXPECT_FALSE(drift_of(left, "shop", view_of("1:1000:r1:shop:shop-twin"), kThen)) << "its lease ran out";
  EXPECT_EQ(drift_of(left, "shop", view_of("0:0:none:shop:shop-twin"), kThen),
            "somebody changed shop at X: expected 30:1000:r1:shop:shop-twin found 0:0:none:shop:shop-twin");
  EXPECT_TRUE(drift_of(left, "shop", view_of("1795531733:5000:r1:shop:shop-twin"), kThen));
  EXPECT_TRUE(drift_of(left, "shop", view_of("nonsense"), kThen));
  EXPECT_TRUE(drift_of(left, "shop", view_of(""), kThen));
}

TEST(Drift, IsNoneWhereABalancerMayOnlyHaveForgottenOrDoesNotAnswer) {
  const auto left = left_at_dials(begun(85s)).front();
  ExposureView anew = view_of("");
  anew.started = kThen + 1s;
  EXPECT_FALSE(drift_of(left, "shop", anew, kThen));
  ExposureView silent = view_of("");
  silent.error = base::Error{base::Kind::unavailable, "refused", {}};
  EXPECT_FALSE(drift_of(left, "shop", silent, kThen));
}

TEST(Drift, TakesNoEntryForNobodyOnTheNewSide) {
  const Begun back = begun(85s);
  const std::vector<Exposure> nobody = {exposure_of(back.rollout, back.plan, 0, 0, false)};
  EXPECT_FALSE(drift_of(nobody, "shop", view_of(""), kThen));
  EXPECT_FALSE(drift_of(nobody, "shop", view_of("0:0:none:shop:shop-twin"), kThen)) << "of nobody any salt is the same";
  EXPECT_TRUE(drift_of({promoted_exposure_of(back.rollout, back.plan, 0)}, "shop", view_of(""), kThen));
}

}  // namespace
}  // namespace trunkline::deployer
