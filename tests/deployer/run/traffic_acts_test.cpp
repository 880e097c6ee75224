#include "deployer/run/traffic_acts.h"

#include <gmock/gmock.h>

#include "tests/deployer/run/shop_beside.h"

namespace trunkline::deployer {
namespace {

using base::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

// Balancers that are away for so many questions; one of them may have missed an open door.
class AwayDial final : public Dial {
 public:
  base::Result<std::vector<DialView>> read(const std::vector<Server>&) override {
    return std::vector<DialView>{{"shop-twin", "web1", "/a", "", true}, {"shop-twin", "web1", "/b", "", b_is_open}};
  }
  base::Result<int64_t> admit(const Server&, std::stop_token) override {
    ++asked;
    if (asked > away) return 7;
    return base::fail(kind, "refused");
  }
  base::Result<Drained> drain(const Server&, DrainRule, std::stop_token) override { return Drained{}; }
  base::Result<> shut(const Server& server) override {
    shut_last = server.name;
    return {};
  }
  void expect(const std::vector<Server>&) override {}
  base::Result<bool> reassert() override {
    if (b_is_told) b_is_open = true;
    return b_is_told;
  }
  Endpoints behind() override { return b_is_open ? Endpoints{} : Endpoints{"/b"}; }
  std::vector<std::string> take_notes() override { return {}; }

  Kind kind = Kind::unavailable;
  std::string shut_last;
  int asked = 0, away = 0;
  bool b_is_open = true, b_is_told = true;
};

class NotedShare final : public ShareDial {
 public:
  base::Result<> set(const Exposure&, Drift, const Endpoints& behind, std::stop_token) override {
    left_out = behind;
    return {};
  }
  base::Result<> catch_up(const Endpoints& behind) override {
    left_out = behind;
    return {};
  }
  base::Result<std::vector<ExposureView>> read(const std::string&) override { return views; }
  void expect(const Exposure&) override {}
  std::vector<std::string> take_notes() override { return {}; }

  std::vector<ExposureView> views;
  Endpoints left_out;
};

struct TrafficActsTest : testing::Test {
  const ledger::Revision to{"2", "b", "sha256:bb", ""};
  const Rollout rollout = shop_beside();
  const Plan plan = *compile(rollout, "r1", {to, Pool::home}, to);
  AwayDial dial;
  NotedShare share;
  TrafficActs acts{{rollout, plan, dial, &share, [] { return base::Millis{0}; }, [this](int) { return vacant; }}};
  bool vacant = false;
};

TEST_F(TrafficActsTest, WaitForABalancerThatIsStartedAnew) {
  dial.away = 3;
  EXPECT_EQ(acts.admit(0, {}), 7);
  EXPECT_EQ(dial.asked, 4);
}

TEST_F(TrafficActsTest, DoNotRepeatWhatWasRefused) {
  dial.away = 3;
  dial.kind = Kind::timeout;  // its health check
  EXPECT_EQ(acts.admit(0, {}).error().kind, Kind::timeout);
  EXPECT_EQ(dial.asked, 1);
}

TEST_F(TrafficActsTest, EndTheirWaitingWhenAsked) {
  dial.away = 1'000'000;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(acts.admit(0, stop.get_token()).error().kind, Kind::unavailable);
  EXPECT_EQ(dial.asked, 1);
}

TEST_F(TrafficActsTest, OpenTheDoorsOfABalancerThatIsBackBeforeItSendsUsersThere) {
  dial.b_is_open = false;
  EXPECT_TRUE(acts.expose({1, 0, 1000, false}, {}, {}));
  EXPECT_THAT(share.left_out, IsEmpty());
}

TEST_F(TrafficActsTest, LeaveOutABalancerWhoseDoorsMayBeShut) {
  dial.b_is_open = dial.b_is_told = false;
  EXPECT_TRUE(acts.expose({1, 0, 1000, false}, {}, {})) << "the others have enough";
  EXPECT_THAT(share.left_out, ElementsAre("/b"));
  EXPECT_TRUE(acts.renew({0, 1000, false}, {}));
  EXPECT_THAT(share.left_out, ElementsAre("/b"));
  EXPECT_TRUE(acts.promote(0, {}));
  EXPECT_THAT(share.left_out, ElementsAre("/b"));
  share.left_out.clear();
  EXPECT_TRUE(acts.drain(0, false, {}));
  EXPECT_THAT(share.left_out, ElementsAre("/b"));
}

TEST_F(TrafficActsTest, DoNotNeedEveryBalancerForAPlaceOfTheNewSideWhereNobodyIs) {
  const int old = 0, twin = 1;
  vacant = true;
  share.views = {{"/a", "", Exposure{"shop", "shop", "shop-twin", 0, "", base::Millis{0}}, false, {}, {}, {}},
                 {"/b", "", {}, false, {}, {}, base::Error{Kind::unavailable, "refused", {}}}};
  EXPECT_TRUE(acts.drain(twin, false, {}));
  EXPECT_EQ(dial.shut_last, "web1");
  share.views.front() = {"/a", "", Exposure{"shop", "shop", "shop-twin", 100, "", base::Millis{5000}}, true, {},
                         {},   {}};
  EXPECT_EQ(acts.drain(twin, false, {}).error().kind, Kind::conflict);
  std::stop_source stop;
  stop.request_stop();  // else it waits for the silent one
  EXPECT_EQ(acts.drain(old, false, stop.get_token()).error().kind, Kind::conflict) << "its users have no other side";
  share.views.front() = {"/a", "", Exposure{"shop", "shop-twin", "shop", 0, "", base::Millis{0}}, false, {}, {}, {}};
  EXPECT_EQ(acts.drain(old, false, stop.get_token()).error().kind, Kind::unavailable);
}

}  // namespace
}  // namespace trunkline::deployer
