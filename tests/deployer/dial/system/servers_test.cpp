#include <fmt/format.h>
#include <gmock/gmock.h>
#include <thread>

#include "base/core/text.h"
#include "deployer/dial/haproxy_dial.h"
#include "tests/deployer/dial/system/balancer.h"
#include "tests/support/raw_socket.h"
#include "tests/support/soon.h"

namespace trunkline::deployer {
namespace {

using base::Kind;
using base::Millis;
using testing::ElementsAre;
using testing::HasSubstr;

// A backend of one server and two empty places, and its twin.
class HaproxyServersTest : public testing::Test {
 protected:
  void start(Balancer& balancer, const Port& port) const {
    balancer.start(balancer.head() + fmt::format(R"(frontend front
  bind {}
  default_backend shop
backend shop
  option httpchk GET /health
  default-server check inter 50ms fall 2 rise 1
  server web1 {}
  server-template slot 2 127.0.0.1:1 disabled
backend shop-twin
  server web1 {} disabled
)",
                                                 port.address(), one_.address(), one_.address()));
  }

  // Two that serve, each with more words on its line.
  void start_two(const std::string& line, const std::string& web1, const std::string& slot1) {
    balancer_.start(balancer_.head() + fmt::format(R"(frontend front
  bind {}
  default_backend shop
backend shop
  option redispatch
  {}
  server web1 {} {}
  server slot1 {} {}
)",
                                                   front_.address(), line, one_.address(), web1, two_.address(),
                                                   slot1));
  }
  Server two() const { return slot1_; }

  HaproxySetting setting(std::vector<std::string> endpoints) const {
    HaproxySetting setting;
    setting.endpoints = std::move(endpoints);
    setting.state_file = balancer_.state_file();
    setting.up_within = Millis{1000};
    setting.drain_timeout = Millis{300};
    setting.answer_within = Millis{500};
    return setting;
  }
  bool settled() const {
    return base::soon([&] { return balancer_.server("shop", "web1").checked; });
  }

  const base::TempFolder folder_ = *base::TempFolder::make("dial");
  Port front_;
  Place one_{"one"}, two_{"two"};
  Balancer balancer_{folder_.path(), "one"};
  const Server web1_{"shop", "web1", one_.address()}, slot1_{"shop", "slot1", two_.address()};
};

TEST_F(HaproxyServersTest, GiveAPlaceItsAddressAndUsersOnlyAfterAPassedCheck) {
  start(balancer_, front_);
  HaproxyDial dial(setting({balancer_.socket()}));
  two_.be_healthy(false);
  const auto refused = dial.admit(slot1_, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::timeout);
  EXPECT_THAT(refused.error().message, HasSubstr("its health check fails (L7STS)"));
  EXPECT_TRUE(balancer_.server("shop", "slot1").in_maintenance);
  EXPECT_EQ(balancer_.server("shop", "slot1").requests, 0);
  two_.be_healthy(true);
  ASSERT_TRUE(dial.admit(slot1_, {}));
  EXPECT_TRUE(balancer_.server("shop", "slot1").serves());
  EXPECT_EQ(balancer_.server("shop", "slot1").address, two_.address());
  EXPECT_TRUE(base::soon([&] { return side(front_.address()) == "two"; }));
  EXPECT_TRUE(dial.admit(slot1_, {}));
}

TEST_F(HaproxyServersTest, AreNotMovedWhileTheyServe) {
  start(balancer_, front_);
  ASSERT_TRUE(settled());
  HaproxyDial dial(setting({balancer_.socket()}));
  const auto refused = dial.admit({"shop", "web1", two_.address()}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("it must be drained first"));
  EXPECT_EQ(side(front_.address()), "one");
}

TEST_F(HaproxyServersTest, ThatAreNotThereAreNamed) {
  start(balancer_, front_);
  HaproxyDial dial(setting({balancer_.socket()}));
  EXPECT_THAT(dial.admit({"shop", "slot9", two_.address()}, {}).error().message,
              HasSubstr("has no server \"slot9\": it has slot1, slot2, web1"));
  EXPECT_THAT(dial.read({{"nobody", "web1", ""}}).error().message, HasSubstr("Can't find backend"));
}

TEST_F(HaproxyServersTest, KeepTheLastOneThatServesUnlessToldOtherwise) {
  start(balancer_, front_);
  HaproxyDial dial(setting({balancer_.socket()}));
  const auto refused = dial.drain(web1_, 1, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("would leave nobody"));
  EXPECT_EQ(side(front_.address()), "one");
  ASSERT_TRUE(dial.admit(slot1_, {}));
  ASSERT_TRUE(dial.drain(web1_, 1, {}));
  EXPECT_TRUE(dial.drain(web1_, 1, {}));  // it serves nobody any more
  EXPECT_EQ(side(front_.address()), "two");
  ASSERT_TRUE(dial.drain(slot1_, 0, {}));
  EXPECT_EQ(side(front_.address()), "503");
}

TEST_F(HaproxyServersTest, AreDrainedOneByOneWhereOneMustStay) {
  start(balancer_, front_);
  HaproxyDial dial(setting({balancer_.socket()}));
  ASSERT_TRUE(dial.admit(slot1_, {}));
  std::atomic<int> drained{0};
  {
    std::jthread first([&] { drained += dial.drain(web1_, 1, {}) ? 1 : 0; });
    std::jthread second([&] { drained += dial.drain(slot1_, 1, {}) ? 1 : 0; });
  }
  EXPECT_EQ(drained, 1);
}

TEST_F(HaproxyServersTest, CountTheConnectionsThatOutlastTheDrain) {
  start(balancer_, front_);
  HaproxyDial dial(setting({balancer_.socket()}));
  ASSERT_TRUE(dial.admit(slot1_, {}));
  std::vector<base::RawSocket> users;
  while (one_.waiting() < 2) {
    users.emplace_back(front_.address()).send("GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n");
    const size_t sent = users.size();
    ASSERT_TRUE(base::soon([&] { return one_.waiting() + two_.waiting() == sent; }));
  }
  const auto done = dial.drain(web1_, 1, {});
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(done->cut, 2);
  EXPECT_GE(done->requests, 2);
  EXPECT_TRUE(base::soon([&] { return balancer_.server("shop", "web1").sessions == 0; }));
  EXPECT_EQ(dial.drain(web1_, 1, {})->cut, 0);
}

TEST_F(HaproxyServersTest, KeepTheConnectionsThatOutlastTheDrainWhereThatIsToBeHeld) {
  start(balancer_, front_);
  HaproxySetting holds = setting({balancer_.socket()});
  holds.drain_end = DrainEnd::hold;
  HaproxyDial dial(holds);
  ASSERT_TRUE(dial.admit(slot1_, {}));
  base::RawSocket user(front_.address());
  user.send("GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n");
  ASSERT_TRUE(base::soon([&] { return one_.waiting() + two_.waiting() == 1; }));
  const Server asked = one_.waiting() == 1 ? web1_ : slot1_;
  for (int again = 0; again < 2; ++again) {
    const auto done = dial.drain(asked, 1, {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, base::Kind::timeout);
    EXPECT_THAT(done.error().message, HasSubstr("1 of its connections"));
    const HaproxyServer now = balancer_.server(asked.backend, asked.name);
    EXPECT_TRUE(now.draining);
    EXPECT_EQ(now.sessions, 1);
  }
}

// Users whose cookie names a drained server still come to it, without an end.
TEST_F(HaproxyServersTest, AreLeftToUsersWithTheirCookieForAMomentOnly) {
  start_two("cookie SRV insert indirect nocache", "cookie c1", "cookie c2");
  HaproxySetting patient = setting({balancer_.socket()});
  patient.drain_timeout = Millis{20'000};
  HaproxyDial dial(patient);
  std::atomic<int> failed{0};
  std::jthread user([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) failed += visit(front_.address(), {{"Cookie", "SRV=c1"}}).status == 200 ? 0 : 1;
  });
  ASSERT_TRUE(base::soon([&] { return balancer_.server("shop", "web1").requests > 10; }));
  const auto begun = std::chrono::steady_clock::now();
  const auto done = dial.drain(web1_, 1, {});
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{15}) << "and not until the time is over";
  EXPECT_EQ(done->cut, 0);
  EXPECT_EQ(side(front_.address(), {{"Cookie", "SRV=c1"}}), "two");
  user.request_stop();
  user.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(HaproxyServersTest, LoseUsersWithTheirCookieAtOnceOnTheWayBack) {
  start_two("cookie SRV insert indirect nocache", "cookie c1", "cookie c2");
  HaproxySetting patient = setting({balancer_.socket()});
  patient.drain_timeout = Millis{20'000};
  HaproxyDial dial(patient);
  ASSERT_EQ(side(front_.address(), {{"Cookie", "SRV=c1"}}), "one");
  base::RawSocket under_way(front_.address());
  under_way.send("GET /slow HTTP/1.1\r\nHost: shop\r\nCookie: SRV=c1\r\n\r\n");
  ASSERT_TRUE(base::soon([&] { return one_.waiting() == 1; }));
  std::jthread drain([&] { EXPECT_TRUE(dial.drain(web1_, {1, DrainRule::Closing::at_once}, {})); });
  EXPECT_TRUE(base::soon([&] { return side(front_.address(), {{"Cookie", "SRV=c1"}}) == "two"; }));
  EXPECT_EQ(balancer_.server("shop", "web1").sessions, 1) << "what is under way goes on";
  one_.answer_waiting();
}

TEST_F(HaproxyServersTest, OfWeight0ServeNobody) {
  start_two("", "", "");
  HaproxyDial dial(setting({balancer_.socket()}));
  balancer_.ask("set server shop/web1 weight 0");
  EXPECT_FALSE((*dial.read({web1_}))[0].serving);
  EXPECT_EQ(dial.drain(two(), 1, {}).error().kind, Kind::conflict) << "the other one carries nobody";
  EXPECT_THAT(dial.admit(web1_, {}).error().message, HasSubstr("has weight 0"));
  balancer_.ask("set server shop/web1 weight 100%");
  EXPECT_TRUE(dial.admit(web1_, {}));
}

TEST_F(HaproxyServersTest, AreNotMovedAwayFromTheAddressOfTheirCheck) {
  start_two("", "", "port " + std::to_string(front_.number()));
  HaproxyDial dial(setting({balancer_.socket()}));
  ASSERT_TRUE(dial.drain(two(), 0, {}));
  const auto refused = dial.admit({"shop", "slot1", one_.address()}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("which stays behind when the server moves"));
  EXPECT_EQ(balancer_.server("shop", "slot1").address, two_.address());
}

TEST_F(HaproxyServersTest, ThatSomebodyLetsInAgainAreNotDrained) {
  start_two("", "", "");
  HaproxySetting patient = setting({balancer_.socket()});
  patient.drain_timeout = Millis{20'000};
  HaproxyDial dial(patient);
  std::vector<base::RawSocket> users;
  while (one_.waiting() < 1) {
    users.emplace_back(front_.address()).send("GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n");
    const size_t sent = users.size();
    ASSERT_TRUE(base::soon([&] { return one_.waiting() + two_.waiting() == sent; }));
  }
  std::jthread somebody([&] {
    base::soon([&] { return balancer_.server("shop", "web1").draining; });
    balancer_.ask("set server shop/web1 state ready");
  });
  const auto done = dial.drain(web1_, 1, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Kind::conflict);
  EXPECT_THAT(done.error().message, HasSubstr("agent-check"));
}

TEST_F(HaproxyServersTest, ComeBackFromTheStateFileAfterAReload) {
  start(balancer_, front_);
  HaproxyDial dial(setting({balancer_.socket()}));
  ASSERT_TRUE(dial.admit(slot1_, {}));
  ASSERT_TRUE(dial.drain(web1_, 1, {}));
  EXPECT_FALSE(*dial.reassert());
  EXPECT_EQ(base::read_file(balancer_.state_file())->substr(0, 2), "1\n");
  balancer_.reload();
  EXPECT_TRUE(balancer_.server("shop", "web1").in_maintenance);
  EXPECT_EQ(balancer_.server("shop", "slot1").address, two_.address());
  EXPECT_EQ(side(front_.address()), "two");
  EXPECT_TRUE(*dial.reassert());
  EXPECT_FALSE(*dial.reassert());
}

TEST_F(HaproxyServersTest, AreSetAgainAfterARestartThatForgotThem) {
  start(balancer_, front_);
  HaproxySetting without = setting({balancer_.socket()});
  without.state_file.clear();
  HaproxyDial dial(without);
  ASSERT_TRUE(dial.admit(slot1_, {}));
  ASSERT_TRUE(dial.drain(web1_, 1, {}));
  EXPECT_FALSE(*dial.reassert());
  balancer_.restart();
  EXPECT_EQ(side(front_.address()), "one");
  EXPECT_TRUE(*dial.reassert());
  EXPECT_FALSE(*dial.reassert());
  EXPECT_THAT(dial.take_notes(), ElementsAre(HasSubstr("2 servers were set again")));
  EXPECT_TRUE(balancer_.server("shop", "web1").in_maintenance);
  EXPECT_EQ(side(front_.address()), "two");
}

TEST_F(HaproxyServersTest, OfTwoBackendsAreShownAtOnce) {
  start(balancer_, front_);
  ASSERT_TRUE(settled());
  HaproxyDial dial(setting({balancer_.socket()}));
  const auto views = dial.read({web1_, {"shop-twin", "web1", two_.address()}});
  ASSERT_TRUE(views);
  EXPECT_EQ(views->at(0), (DialView{"shop", "web1", balancer_.socket(), one_.address(), true, 0, 0}));
  EXPECT_FALSE(views->at(1).serving);
  ASSERT_TRUE(dial.admit({"shop-twin", "web1", two_.address()}, {}));
  EXPECT_EQ(balancer_.server("shop-twin", "web1").address, two_.address());
}

TEST_F(HaproxyServersTest, AreSetAlikeAtTwoBalancers) {
  Balancer second(folder_.path(), "two");
  const Port other;
  start(balancer_, front_);
  start(second, other);
  HaproxyDial dial(setting({balancer_.socket(), second.socket()}));
  ASSERT_TRUE(dial.admit(slot1_, {}));
  EXPECT_EQ(second.server("shop", "slot1").address, two_.address());
  ASSERT_TRUE(dial.drain(web1_, 1, {}));
  EXPECT_EQ(side(front_.address()), "two");
  EXPECT_EQ(side(other.address()), "two");
  second.restart();
  EXPECT_TRUE(*dial.reassert());
  EXPECT_EQ(side(other.address()), "two");
  second.kill();
  EXPECT_EQ(dial.drain(slot1_, 0, {}).error().kind, Kind::unavailable);
  EXPECT_EQ(dial.admit(web1_, {}).error().kind, Kind::unavailable);
  EXPECT_THAT(dial.read({web1_}).error().message, HasSubstr("(1 of 2 balancers answered, 2 must)"));
}

// The same process hung, so nothing but the dial's own memory tells what it missed.
TEST_F(HaproxyServersTest, AreToldLaterToABalancerThatHangsWhereTheQuorumAnswers) {
  Balancer second(folder_.path(), "two");
  const Port other;
  start(balancer_, front_);
  start(second, other);
  HaproxySetting lenient = setting({balancer_.socket(), second.socket()});
  lenient.quorum = 1;
  HaproxyDial dial(lenient);
  ASSERT_TRUE(settled());
  second.freeze();
  ASSERT_TRUE(dial.admit(slot1_, {}));
  EXPECT_THAT(dial.behind(), ElementsAre(second.socket()));
  EXPECT_EQ(dial.read({slot1_})->size(), 1U);
  EXPECT_FALSE(*dial.reassert()) << "it does not answer";
  EXPECT_EQ(dial.drain(web1_, 1, {}).error().kind, Kind::unavailable);
  EXPECT_TRUE(balancer_.server("shop", "web1").serves()) << "who would be left there is not known";
  second.thaw();
  EXPECT_TRUE(base::soon([&] { return dial.reassert().value_or(false); }));
  EXPECT_THAT(dial.behind(), testing::IsEmpty());
  EXPECT_TRUE(second.server("shop", "slot1").serves());
  EXPECT_EQ(second.server("shop", "slot1").address, two_.address());
  EXPECT_THAT(dial.take_notes(),
              ElementsAre(HasSubstr("is silent"), HasSubstr("answers again; 1 server was set again")));
  ASSERT_TRUE(dial.drain(web1_, 1, {}));
  EXPECT_EQ(side(other.address()), "two");
}

// By a deployer before this one, whose memory is gone.
TEST_F(HaproxyServersTest, AreOpenedWhereABalancerMayHaveMissedIt) {
  Balancer second(folder_.path(), "two");
  const Port other;
  start(balancer_, front_);
  start(second, other);
  HaproxySetting both = setting({balancer_.socket(), second.socket()});
  ASSERT_TRUE(HaproxyDial(setting({balancer_.socket()})).admit(slot1_, {}));
  HaproxyDial strict(both);
  strict.expect({web1_, slot1_});
  EXPECT_FALSE(*strict.reassert());
  EXPECT_TRUE(second.server("shop", "slot1").in_maintenance) << "a person's doing";
  both.quorum = 1;
  HaproxyDial lenient(both);
  lenient.expect({web1_, slot1_});
  EXPECT_THAT(lenient.behind(), ElementsAre(balancer_.socket(), second.socket()));
  EXPECT_TRUE(*lenient.reassert());
  EXPECT_THAT(lenient.behind(), testing::IsEmpty());
  EXPECT_EQ(second.server("shop", "slot1").address, two_.address());
  EXPECT_TRUE(second.server("shop", "slot1").serves());
  EXPECT_THAT(lenient.take_notes(), ElementsAre(HasSubstr(second.socket() + " answers again; 1 server was set again")));
}

TEST_F(HaproxyServersTest, AreShutLaterAtABalancerThatIsStartedAnew) {
  Balancer second(folder_.path(), "two");
  const Port other;
  start(balancer_, front_);
  start(second, other);
  HaproxyDial dial(setting({balancer_.socket(), second.socket()}));
  ASSERT_TRUE(dial.admit(slot1_, {}));
  second.kill();
  EXPECT_EQ(dial.drain(web1_, 0, {}).error().kind, Kind::unavailable);
  EXPECT_TRUE(balancer_.server("shop", "web1").draining) << "it needs nobody beside it";
  EXPECT_FALSE(balancer_.server("shop", "web1").in_maintenance);
  EXPECT_THAT(dial.behind(), testing::IsEmpty()) << "no open door is unknown to it";
  start(second, other);
  EXPECT_TRUE(*dial.reassert());
  EXPECT_TRUE(second.server("shop", "web1").draining);
  EXPECT_EQ(side(other.address()), "two");
}

TEST_F(HaproxyServersTest, SayWhereTheStateFileIsNotFresh) {
  start(balancer_, front_);
  HaproxySetting wrong = setting({balancer_.socket()});
  wrong.state_file = "/nowhere/state";
  HaproxyDial dial(wrong);
  ASSERT_TRUE(dial.admit(slot1_, {}));
  EXPECT_THAT(dial.take_notes(), ElementsAre(HasSubstr("the state file is not fresh")));
}

TEST_F(HaproxyServersTest, StayAsTheyAreWithoutTheRight) {
  start(balancer_, front_);
  ASSERT_TRUE(settled());
  HaproxySetting fenced = setting({balancer_.socket()});
  fenced.enter = []() -> base::Result<std::shared_ptr<void>> { return base::fail(Kind::locked, "another epoch"); };
  HaproxyDial dial(fenced);
  EXPECT_EQ(dial.drain(web1_, 0, {}).error().message, "another epoch");
  EXPECT_EQ(dial.admit(slot1_, {}).error().message, "another epoch");
  EXPECT_TRUE(balancer_.server("shop", "web1").serves());
  EXPECT_TRUE(balancer_.server("shop", "slot1").in_maintenance);
}

TEST_F(HaproxyServersTest, DoNotWaitForEverForAHaproxyThatHangs) {
  start(balancer_, front_);
  HaproxyDial dial(setting({balancer_.socket()}));
  balancer_.freeze();
  EXPECT_EQ(dial.read({web1_}).error().kind, Kind::unavailable);
  EXPECT_EQ(dial.drain(web1_, 0, {}).error().kind, Kind::unavailable);
  EXPECT_FALSE(*dial.reassert());
  balancer_.thaw();
}

TEST_F(HaproxyServersTest, AreAskedToEndAnAdmissionEarly) {
  start(balancer_, front_);
  HaproxySetting patient = setting({balancer_.socket()});
  patient.up_within = Millis{60'000};
  HaproxyDial dial(patient);
  two_.be_healthy(false);
  std::stop_source stop;
  std::jthread asker([&] {
    base::soon([&] { return balancer_.server("shop", "slot1").draining; });
    stop.request_stop();
  });
  EXPECT_EQ(dial.admit(slot1_, stop.get_token()).error().kind, Kind::cancelled);
}

}  // namespace
}  // namespace trunkline::deployer
