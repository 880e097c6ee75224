#include "deployer/run/performer.h"

#include <gmock/gmock.h>

#include "base/core/files.h"
#include "tests/deployer/run/shop_beside.h"

namespace trunkline::deployer {
namespace {

using base::Millis;
using testing::ElementsAre;

// The first change takes long; it notices another one beside it.
class SlowShare final : public ShareDial {
 public:
  base::Result<> set(const Exposure& exposure, Drift, const Endpoints&, std::stop_token) override {
    std::unique_lock lock(mutex_);
    const bool first = shares_.empty();
    shares_.push_back(exposure.share);
    changed_.notify_all();
    if (first) overtaken = changed_.wait_for(lock, Millis{100}, [this] { return shares_.size() > 1; });
    return {};
  }
  base::Result<> catch_up(const Endpoints&) override { return {}; }
  base::Result<std::vector<ExposureView>> read(const std::string&) override { return views; }
  void expect(const Exposure&) override {}
  std::vector<std::string> take_notes() override { return {}; }

  std::vector<int> shares() {
    const std::lock_guard lock(mutex_);
    return shares_;
  }
  std::atomic<bool> overtaken{false};
  std::vector<ExposureView> views;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> shares_;
};

struct PerformerTest : testing::Test {
  const base::TempFolder folder = *base::TempFolder::make("performer");
  const ServiceFolder service{folder.path(), "shop"};
  const ProcessDriver driver{service, "/none"};
  const Rollout rollout = shop_beside();
  const Launch fresh{{"2", "b", "sha256:bb", ""}, {"x"}, {}};
  const Plan plan = *compile(rollout, "r1", {fresh.revision, Pool::home}, fresh.revision);
  Mailbox mailbox;
};

// Else the share would come back once users were sent back, or the old side once the new one is the stable one.
TEST_F(PerformerTest, LetsNoRenewalOvertakeWhatWasAskedForAfterIt) {
  const auto dial = make_dial({});
  SlowShare share;
  {
    Performer performer({rollout, plan, "", fresh, &fresh, driver, *dial, &share, service, open_fence, mailbox,
                         [] { return Millis{0}; }});
    performer.perform(action::Renew{0, 1000, false});
    performer.perform(action::Expose{1, 0, 0, false});
    EXPECT_TRUE(mailbox.take(Millis{10'000}));
    EXPECT_TRUE(mailbox.take(Millis{10'000}));
  }
  EXPECT_THAT(share.shares(), ElementsAre(1000, 0));
  EXPECT_FALSE(share.overtaken);
}

// As if the deployer had been stopped between its decision and the act.
TEST_F(PerformerTest, ShowsTheNewSideToNobodyByAWordOlderThanALease) {
  const auto dial = make_dial({});
  SlowShare share;
  std::atomic<int> calls{0};  // of the clock: one at the decision, one at the act
  Performer performer({rollout, plan, "", fresh, &fresh, driver, *dial, &share, service, open_fence, mailbox,
                       [&] { return ++calls == 1 ? Millis{0} : plan.lease + Millis{1}; }});
  performer.perform(action::Renew{0, 1000, false});
  const auto answer = mailbox.take(Millis{10'000});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(std::holds_alternative<event::RenewalFailed>(*answer));
  EXPECT_THAT(share.shares(), testing::IsEmpty());
}

// A balancer that missed the change, or was set by somebody else: whoever it sends there would find nobody.
TEST_F(PerformerTest, ClosesNoDoorOfASideThatABalancerStillSendsUsersTo) {
  const auto dial = make_dial({});
  SlowShare share;
  Performer performer({rollout, plan, "", fresh, &fresh, driver, *dial, &share, service, open_fence, mailbox,
                       [] { return Millis{0}; }});
  const auto drains = [&](int place, Exposure left, bool leased) {
    share.views = {{"/a.sock", "", Exposure{"shop", "shop", "shop-twin", 0, "", Millis{0}}, false, {}, {}, {}},
                   {"/b.sock", "", std::move(left), leased, {}, {}, {}}};
    performer.perform(action::Drain{1, place});
    const auto answer = mailbox.take(Millis{10'000});
    return answer && std::holds_alternative<event::Done>(*answer);
  };
  const int old = 0, twin = 1;
  EXPECT_TRUE(drains(twin, {"shop", "shop", "shop-twin", 0, "", Millis{0}}, false));
  EXPECT_FALSE(drains(twin, {"shop", "shop", "shop-twin", 1000, "", Millis{5000}}, true));
  EXPECT_TRUE(drains(twin, {"shop", "shop", "shop-twin", 1000, "", Millis{0}}, false)) << "its lease is over";
  EXPECT_FALSE(drains(twin, {"shop", "shop-twin", "shop", 0, "", Millis{0}}, false));
  EXPECT_FALSE(drains(old, {"shop", "shop", "shop-twin", 1000, "", Millis{5000}}, true));
}

}  // namespace
}  // namespace trunkline::deployer
