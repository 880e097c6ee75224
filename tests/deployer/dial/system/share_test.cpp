#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <set>
#include <thread>

#include "base/core/text.h"
#include "deployer/dial/haproxy_share.h"
#include "deployer/haproxy/dial_rules.h"
#include "tests/deployer/dial/system/balancer.h"
#include "tests/support/soon.h"

namespace trunkline::deployer {
namespace {

using base::Kind;
using base::Millis;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Millis kLease{60'000};

base::Result<> set(HaproxyShare& dial, const Exposure& wanted) {
  return dial.set(wanted, Drift::refuse, {}, {});
}

// Two places behind one HAProxy, or behind two that are set alike.
class HaproxyShareTest : public testing::Test {
 protected:
  void start(Balancer& balancer, const Port& port, const Identify& identify = {}) {
    DialRules rules{"shop", "shop", "shop-twin", balancer_.map(), identify, {}, 1};
    std::string config = balancer.head() + fmt::format("frontend front\n  bind {}\n", port.address());
    for (const std::string& line : rule_lines(rules)) config += "  " + line + "\n";
    config += fmt::format("  use_backend shop-twin if {}\n  default_backend shop\n", to_twin(rules));
    config += fmt::format("backend shop\n  server web1 {}\n", old_.address());
    balancer.start(config + fmt::format("backend shop-twin\n  server web1 {}\n", new_.address()));
  }

  HaproxySetting setting(std::vector<std::string> endpoints) const {
    HaproxySetting setting;
    setting.endpoints = std::move(endpoints);
    setting.map = balancer_.map();
    setting.answer_within = Millis{500};
    return setting;
  }

  Exposure exposure(int share, Millis lease = kLease, const std::string& salt = "r1") const {
    return {"shop", "shop", "shop-twin", share, salt, lease};
  }

  std::set<int> users_of_new(int users) const {
    std::set<int> met;
    for (int i = 0; i < users; ++i) {
      if (side(front_.address(), {{"Cookie", fmt::format("uid=u{}", i)}}) == "new") met.insert(i);
    }
    return met;
  }

  const base::TempFolder folder_ = *base::TempFolder::make("dial");
  Port front_;
  Place old_{"old"}, new_{"new"};
  Balancer balancer_{folder_.path(), "one"};
};

TEST_F(HaproxyShareTest, SendsItsShareOfTheUsersToTheNewSide) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  EXPECT_THAT(count_sides(front_.address(), 200), ElementsAre(std::pair("old", 200)));
  constexpr int kUsers = 2000;
  for (const int percent : {0, 1, 10, 50, 100}) {
    ASSERT_TRUE(set(dial, exposure(percent * 100)));
    EXPECT_NEAR(count_sides(front_.address(), kUsers)["new"], kUsers * percent / 100, percent % 100 == 0 ? 0 : 60);
  }
}

TEST_F(HaproxyShareTest, KeepsTheUsersOfASmallerShareAndDrawsOthersWithAnotherSalt) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  ASSERT_TRUE(set(dial, exposure(1000)));
  const auto tenth = users_of_new(1000);
  ASSERT_TRUE(set(dial, exposure(3000)));
  const auto third = users_of_new(1000);
  EXPECT_TRUE(std::includes(third.begin(), third.end(), tenth.begin(), tenth.end()));
  ASSERT_TRUE(set(dial, exposure(3000, kLease, "r2")));
  std::set<int> both;
  for (const int user : users_of_new(1000)) both.insert(third.count(user) != 0 ? user : -1);
  EXPECT_NEAR(static_cast<int>(both.size()), 90, 45);
}

TEST_F(HaproxyShareTest, EndsWithItsLeaseThoughNothingElseRuns) {
  start(balancer_, front_);
  ASSERT_TRUE(HaproxyShare(setting({balancer_.socket()})).set(exposure(10'000, Millis{1000}), Drift::refuse, {}, {}));
  EXPECT_EQ(side(front_.address()), "new");
  EXPECT_TRUE(base::soon([&] { return side(front_.address()) == "old"; }, Millis{5000}));
  EXPECT_THAT(count_sides(front_.address(), 500), ElementsAre(std::pair("old", 500)));
  HaproxyShare dial(setting({balancer_.socket()}));
  const ExposureView view = dial.read("shop")->at(0);
  EXPECT_FALSE(view.leased);
  EXPECT_EQ(view.found->lease, Millis{0});
  EXPECT_EQ(view.found->share, 10'000);
}

TEST_F(HaproxyShareTest, KeepsItsUsersWithoutALeaseWhereTheStableSideLostItsFloor) {
  start(balancer_, front_);
  balancer_.set_entry("1:10000:r1:shop:shop-twin");
  EXPECT_EQ(side(front_.address()), "old");
  balancer_.ask("set server shop/web1 state maint");
  EXPECT_EQ(side(front_.address()), "new");
  balancer_.set_entry("1:0:r1:shop:shop-twin");
  EXPECT_EQ(side(front_.address()), "503");
}

TEST_F(HaproxyShareTest, ShowsADarkPreviewToThoseWhoAskForIt) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  const base::Headers canary{{"X-Release", "canary"}};
  EXPECT_EQ(side(front_.address(), canary), "old");
  ASSERT_TRUE(set(dial, exposure(0)));
  EXPECT_EQ(side(front_.address(), canary), "new");
  EXPECT_EQ(side(front_.address(), {{"X-Release", "other"}}), "old");
  EXPECT_THAT(count_sides(front_.address(), 200), ElementsAre(std::pair("old", 200)));
  ASSERT_TRUE(set(dial, exposure(0, Millis{0})));
  EXPECT_EQ(side(front_.address(), canary), "old");
}

TEST_F(HaproxyShareTest, SwapsTheSides) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  ASSERT_TRUE(set(dial, {"shop", "shop-twin", "shop", 0, "r2", Millis{0}}));
  EXPECT_EQ(side(front_.address()), "new");
  ASSERT_TRUE(set(dial, {"shop", "shop-twin", "shop", 10'000, "r2", kLease}));
  EXPECT_EQ(side(front_.address()), "old");
}

TEST_F(HaproxyShareTest, SendsAllToTheOwnBackendWhereTheEntryIsNotUnderstood) {
  start(balancer_, front_);
  for (const char* text : {"garbage", "x:y:z:a:b", "99999999999:10000:r1:nowhere:elsewhere", ":::::", "1:2"}) {
    balancer_.set_entry(text);
    EXPECT_THAT(count_sides(front_.address(), 20), ElementsAre(std::pair("old", 20))) << text;
    const ExposureView view = HaproxyShare(setting({balancer_.socket()})).read("shop")->at(0);
    EXPECT_EQ(view.text, text);
  }
}

TEST_F(HaproxyShareTest, GivesACookieToWhoHasNoneAndCountsByItAtOnce) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  ASSERT_TRUE(set(dial, exposure(5000)));
  int met = 0;
  for (int i = 0; i < 300; ++i) {
    const base::Response first = visit(front_.address());
    const std::string cookie(first.headers.find("Set-Cookie").value_or(""));
    ASSERT_THAT(cookie, testing::AllOf(HasSubstr("uid="), HasSubstr("; HttpOnly; SameSite=Lax")));
    const base::Response second = visit(front_.address(), {{"Cookie", cookie.substr(0, cookie.find(';'))}});
    EXPECT_EQ(first.content(), second.content());
    EXPECT_FALSE(second.headers.find("Set-Cookie"));
    met += first.content() == "new" ? 1 : 0;
  }
  EXPECT_NEAR(met, 150, 50);
}

TEST_F(HaproxyShareTest, TellsUsersApartByAHeaderOrTheirAddress) {
  start(balancer_, front_, {Identify::By::header, "X-User"});
  HaproxyShare dial(setting({balancer_.socket()}));
  ASSERT_TRUE(set(dial, exposure(5000)));
  int met = 0;
  for (int i = 0; i < 300; ++i) {
    const base::Headers user{{"X-User", std::to_string(i)}};
    const std::string first = side(front_.address(), user);
    EXPECT_EQ(side(front_.address(), user), first);
    met += first == "new" ? 1 : 0;
  }
  EXPECT_NEAR(met, 150, 50);
  balancer_.kill();
  start(balancer_, front_, {Identify::By::source, ""});
  std::set<std::string> sides;
  for (int salt = 0; salt < 20; ++salt) {
    ASSERT_TRUE(dial.set(exposure(5000, kLease, fmt::format("s{}", salt)), Drift::overwrite, {}, {}));
    sides.insert(side(front_.address()));
    EXPECT_EQ(count_sides(front_.address(), 20).size(), 1u);
  }
  EXPECT_EQ(sides.size(), 2u);
}

TEST_F(HaproxyShareTest, OutlivesAReloadByTheMapsFile) {
  start(balancer_, front_);
  std::ofstream(balancer_.map()) << "# shares\nblog 0:0:none:blog:blog-twin\n";
  HaproxyShare dial(setting({balancer_.socket()}));
  ASSERT_TRUE(set(dial, exposure(10'000)));
  const std::string entry = balancer_.entry();
  EXPECT_EQ(base::read_file(balancer_.map()).value(), "# shares\nblog 0:0:none:blog:blog-twin\nshop " + entry + "\n");
  balancer_.reload();
  EXPECT_EQ(balancer_.entry(), entry);
  EXPECT_EQ(side(front_.address()), "new");
  EXPECT_TRUE(dial.read("shop")->at(0).leased);
  EXPECT_THAT(dial.take_notes(), testing::IsEmpty()) << "it forgot nothing";
}

TEST_F(HaproxyShareTest, IsSetAgainAfterARestartThatForgotIt) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  ASSERT_TRUE(set(dial, exposure(10'000)));
  const std::string entry = balancer_.entry();
  std::ofstream(balancer_.map()) << "";  // as on a machine of its own
  balancer_.restart();
  EXPECT_EQ(side(front_.address()), "old");
  EXPECT_TRUE(dial.read("shop")->at(0).leased);
  EXPECT_EQ(balancer_.entry(), entry);
  EXPECT_THAT(dial.take_notes(), ElementsAre(HasSubstr("came up with nothing for shop")));
  EXPECT_EQ(side(front_.address()), "new");
}

TEST_F(HaproxyShareTest, IsSetAgainLaterWhereItCouldNotBeAtOnce) {
  start(balancer_, front_);
  bool allowed = true;
  HaproxySetting fenced = setting({balancer_.socket()});
  fenced.enter = [&]() -> base::Result<std::shared_ptr<void>> {
    if (allowed) return nullptr;
    return base::fail(Kind::locked, "another epoch");
  };
  HaproxyShare dial(fenced);
  ASSERT_TRUE(set(dial, exposure(10'000)));
  std::ofstream(balancer_.map()) << "";
  balancer_.restart();
  allowed = false;
  EXPECT_EQ(dial.read("shop").error().message, "another epoch");
  allowed = true;
  EXPECT_TRUE(set(dial, exposure(10'000)));
  EXPECT_EQ(side(front_.address()), "new");
}

TEST_F(HaproxyShareTest, RefusesToOverwriteWhatAPersonSet) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  ASSERT_TRUE(set(dial, exposure(1000)));
  ASSERT_TRUE(set(dial, exposure(1000)));
  const std::string left = balancer_.entry();
  balancer_.set_entry("99:2500:by-hand:shop:shop-twin");
  const auto refused = set(dial, exposure(5000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("expected " + left + " found 99:2500:by-hand:shop:shop-twin"));
  EXPECT_EQ(balancer_.entry(), "99:2500:by-hand:shop:shop-twin");
  balancer_.ask("del map " + balancer_.map().string() + " shop");
  EXPECT_THAT(set(dial, exposure(5000)).error().message, HasSubstr("found nothing"));
  EXPECT_TRUE(dial.set(exposure(5000), Drift::overwrite, {}, {}));
  EXPECT_TRUE(set(dial, exposure(6000)));
  HaproxyShare later(setting({balancer_.socket()}));
  later.expect(exposure(5000));
  EXPECT_EQ(set(later, exposure(100)).error().kind, Kind::conflict);
  later.expect(exposure(6000));
  EXPECT_TRUE(set(later, exposure(100)));
}

TEST_F(HaproxyShareTest, NeedsItsQuorumToGoUpAndTakesBackWhereverItCan) {
  Balancer second(folder_.path(), "two");
  const Port other;
  start(balancer_, front_);
  HaproxySetting both = setting({balancer_.socket(), second.socket()});
  HaproxyShare strict(both);
  EXPECT_EQ(set(strict, exposure(1000)).error().kind, Kind::unavailable);
  EXPECT_TRUE(set(strict, exposure(0, Millis{0})));
  EXPECT_THAT(strict.take_notes(), testing::Each(HasSubstr("did not take the share")));
  EXPECT_EQ(set(strict, {"shop", "shop-twin", "shop", 0, "r1", Millis{0}}).error().kind, Kind::unavailable);
  both.quorum = 1;
  HaproxyShare lenient(both);
  EXPECT_TRUE(set(lenient, exposure(1000)));
  const auto views = lenient.read("shop");
  EXPECT_TRUE(views->at(0).leased);
  EXPECT_EQ(views->at(1).error->kind, Kind::unavailable);
  start(second, other);
  EXPECT_TRUE(set(strict, exposure(1000)));
  EXPECT_EQ(strict.read("shop")->at(1).found->share, 1000);
  second.kill();
  balancer_.kill();
  EXPECT_EQ(set(lenient, exposure(0, Millis{0})).error().kind, Kind::unavailable);
  EXPECT_FALSE(lenient.read("shop"));
}

// It hangs while users are taken back elsewhere, and would go on sending its own to the new side.
TEST_F(HaproxyShareTest, CatchesUpWithABalancerThatMissedAChange) {
  Balancer second(folder_.path(), "two");
  const Port other;
  start(balancer_, front_);
  start(second, other);
  HaproxyShare dial(setting({balancer_.socket(), second.socket()}));
  ASSERT_TRUE(set(dial, exposure(10'000)));
  EXPECT_TRUE(dial.catch_up({}));
  second.freeze();
  ASSERT_TRUE(set(dial, exposure(0, Millis{0})));
  EXPECT_THAT(dial.catch_up({}).error().message, HasSubstr(second.socket() + " missed the last change"));
  second.thaw();
  EXPECT_TRUE(base::soon([&] { return dial.catch_up({}).has_value(); }));
  EXPECT_EQ(dial.read("shop")->at(1).found->share, 0);
  EXPECT_EQ(side(other.address()), "old");
}

// It came back, but the doors of the new side may be shut there.
TEST_F(HaproxyShareTest, SendsNobodyToTheNewSideAtABalancerThatIsBehind) {
  Balancer second(folder_.path(), "two");
  const Port other;
  start(balancer_, front_);
  start(second, other);
  HaproxySetting lenient = setting({balancer_.socket(), second.socket()});
  lenient.quorum = 1;
  HaproxyShare dial(lenient);
  const Endpoints behind = {second.socket()};
  const Exposure promoted{"shop", "shop-twin", "shop", 0, "r1", Millis{0}};
  ASSERT_TRUE(dial.set(exposure(10'000), Drift::refuse, behind, {}));
  EXPECT_EQ(side(other.address()), "old");
  ASSERT_TRUE(dial.set(promoted, Drift::refuse, behind, {}));
  EXPECT_EQ(side(front_.address()), "new");
  EXPECT_EQ(side(other.address()), "old");
  EXPECT_THAT(dial.catch_up(behind).error().message, HasSubstr("has yet to be told whose doors are open"));
  EXPECT_EQ(side(other.address()), "old");
  EXPECT_TRUE(dial.catch_up({}));
  EXPECT_EQ(side(other.address()), "new");
  ASSERT_TRUE(dial.set(exposure(10'000), Drift::refuse, {}, {}));
  EXPECT_TRUE(dial.set(exposure(0, Millis{0}), Drift::refuse, behind, {})) << "the way back is not kept from it";
  EXPECT_EQ(side(other.address()), "old");
}

TEST_F(HaproxyShareTest, DoesNotWaitForEverForAHaproxyThatHangs) {
  start(balancer_, front_);
  HaproxyShare dial(setting({balancer_.socket()}));
  balancer_.freeze();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(set(dial, exposure(1000)).error().kind, Kind::timeout);
  EXPECT_EQ(dial.read("shop").error().kind, Kind::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, Millis{3000});
  balancer_.thaw();
  EXPECT_TRUE(base::soon([&] { return set(dial, exposure(1000)).has_value(); }));
}

TEST_F(HaproxyShareTest, NamesTheMapThatNoRuleUses) {
  start(balancer_, front_);
  HaproxySetting wrong = setting({balancer_.socket()});
  wrong.map = "/nowhere.map";
  EXPECT_THAT(HaproxyShare(wrong).read("shop").error().message, HasSubstr("no rule in the configuration"));
}

TEST_F(HaproxyShareTest, SendsNothingWithoutTheRight) {
  start(balancer_, front_);
  HaproxySetting fenced = setting({balancer_.socket()});
  fenced.enter = []() -> base::Result<std::shared_ptr<void>> { return base::fail(Kind::locked, "another epoch"); };
  HaproxyShare dial(fenced);
  EXPECT_EQ(set(dial, exposure(1000)).error().message, "another epoch");
  EXPECT_EQ(balancer_.entry(), "");
  EXPECT_TRUE(dial.read("shop"));
}

TEST_F(HaproxyShareTest, FailsToGoUpWhereAReloadWouldNotKnowOfIt) {
  start(balancer_, front_);
  const base::Descriptor lock{open((balancer_.map().string() + ".lock").c_str(), O_RDWR | O_CREAT, 0600)};
  struct flock all{};
  all.l_type = F_WRLCK;
  ASSERT_EQ(fcntl(lock.get(), F_OFD_SETLK, &all), 0);
  HaproxyShare dial(setting({balancer_.socket()}));
  EXPECT_THAT(to_string(set(dial, exposure(1000)).error()), HasSubstr("a reload of HAProxy would not know the share"));
  EXPECT_TRUE(set(dial, exposure(0, Millis{0})));
  EXPECT_THAT(dial.take_notes(), testing::Contains(HasSubstr("another process is writing")));
}

// Its clock is one hour ahead of this machine's.
TEST(HaproxyShareClock, IsTheBalancersOwn) {
  const auto folder = *base::TempFolder::make("dial");
  const int64_t clock = 1'900'003'600;
  std::string entry;
  const FakeHaproxy fake(folder.path() / "s", [&](const std::string& command) -> std::optional<std::string> {
    if (command == "show info") return "Name: HAProxy\nVersion: 2.6.12\nPid: 7\nStart_time_sec: 1900000000\n\n";
    if (command == "show activity") return fmt::format("thread_id: 1 (1..1)\ndate_now: {}.250000\n\n", clock);
    if (command.starts_with("show map")) return entry.empty() ? "\n" : "0x55 shop " + entry + "\n\n";
    entry = command.substr(command.rfind(' ') + 1);
    return "\n";
  });
  HaproxySetting setting;
  setting.endpoints = {folder.path() / "s"};
  setting.map = "/nowhere/t.map";
  HaproxyShare dial(setting);
  ASSERT_TRUE(dial.set({"shop", "shop", "shop-twin", 100, "r1", Millis{30'000}}, Drift::refuse, {}, {}));
  EXPECT_EQ(entry, fmt::format("{}:100:r1:shop:shop-twin", clock + 31));
  const ExposureView view = dial.read("shop")->at(0);
  EXPECT_EQ(view.found->lease, Millis{30'750});
  EXPECT_EQ(view.clock, base::WallTime{Millis{1'900'003'600'250}});
}

TEST(HaproxyShareAnswers, AreRefusedWhereTheyAreGarbage) {
  const auto folder = *base::TempFolder::make("dial");
  for (const std::string_view text : {"", "\n", "Unknown command: 'show'\n", "\x01\xff garbage", "\x01\xff garbage\n",
                                      "Pid: x\nVersion: 1\n", "Name: HAProxy\nPi"}) {
    const std::string socket = folder.path() / "s";
    std::filesystem::remove(socket);
    const FakeHaproxy fake(socket, [text](const std::string&) { return std::optional<std::string>(text); });
    HaproxySetting setting;
    setting.endpoints = {socket};
    setting.map = "/nowhere/t.map";
    HaproxyShare dial(setting);
    const Kind kind = text.ends_with('\n') ? Kind::invalid : Kind::unavailable;  // killed in the middle of its answer
    EXPECT_EQ(dial.read("shop").error().kind, kind) << text;
    EXPECT_EQ(set(dial, {"shop", "shop", "shop-twin", 100, "r1", Millis{30'000}}).error().kind, kind);
    EXPECT_EQ(set(dial, {"shop", "shop", "shop-twin", 0, "r1", Millis{0}}).error().kind, kind);
  }
}

}  // namespace
}  // namespace trunkline::deployer
