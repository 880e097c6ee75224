#include "deployer/changes/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/text.h"
#include "deployer/changes/differences.h"
#include "tests/deployer/watch/scripted.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const base::WallTime kBegan = *base::parse_iso8601("2026-11-22T10:00:00Z");

// A canary that is bad after 40 s, and what happened around it.
Begun taken_back() {
  Script script = canary_script();
  script.until = 1h;
  script.measure = [measure = script.measure](int metric, base::Millis now) {
    return metric == 0 && now >= 40s ? Measurement::of(0.05) : measure(metric, now);
  };
  return Scripted(script).recorded();
}

std::vector<ledger::Release> history() {
  ledger::Release older;
  older.id = "r0";
  older.to = {"1.8.1", "a1", "sha256:aa", ""};
  older.strategy = "rolling";
  older.started_at = kBegan - 2h;
  older.ended_at = kBegan - 110min;
  older.outcome = "completed";
  older.who = "ci@build7";
  ledger::Release last = older;
  last.id = "r1";
  return {older, last};
}

const std::vector<Note> kNotes = {
    {kBegan + 20s, "deployer", "balancer", "HAProxy at /run/haproxy.sock was reloaded or started anew"},
    {kBegan - 1min, "ops@host", "lock", "taken from ci@build7, who held it with `run shop.yaml`"}};

std::vector<std::string> lines_of(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const Change& change : changes) {
    lines.push_back(base::to_iso8601(change.at).substr(11, 8) + " " + change.what + " | " + change.who + " | " +
                    change.detail);
  }
  return lines;
}

TEST(Timeline, TellsEverythingThatChangedTheNewestLast) {
  EXPECT_THAT(
      lines_of(timeline({taken_back()}, history(), kNotes, std::nullopt)),
      ElementsAre("08:00:00 release | ci@build7 | nothing -> 1.8.1, rolling", "08:10:00 completed | deployer | ",
                  "09:59:00 lock | ops@host | taken from ci@build7, who held it with `run shop.yaml`",
                  "10:00:00 release | dev@host | 1.8.1 -> 1.8.2, canary",
                  "10:00:00 share | deployer | shop: 10 % of users on the new side",
                  "10:00:20 balancer | deployer | HAProxy at /run/haproxy.sock was reloaded or started anew",
                  AllOf(HasSubstr("10:00:40 taken back | deployer | error-ratio: 0.05 breaks result < 0.01")),
                  "10:00:40 share | deployer | shop: 0 % of users on the new side",
                  AllOf(HasSubstr("10:00:40 rolled back | deployer | error-ratio: 0.05 breaks result < 0.01"))));
}

TEST(Timeline, IsATableWithWhatDiffersNowAtItsEnd) {
  std::vector<Change> changes = timeline({taken_back()}, history(), kNotes, std::nullopt);
  changes.push_back(
      {kBegan + 1h, "drift", "", "HAProxy at /run/haproxy.sock: shop/web2 is in maint, was left serving", ""});
  EXPECT_EQ(to_text(changes), R"(TIME (UTC)           WHAT         WHO        DETAIL
2026-11-22 08:00:00  release      ci@build7  nothing -> 1.8.1, rolling
2026-11-22 08:10:00  completed    deployer
2026-11-22 09:59:00  lock         ops@host   taken from ci@build7, who held it with `run shop.yaml`
2026-11-22 10:00:00  release      dev@host   1.8.1 -> 1.8.2, canary
2026-11-22 10:00:00  share        deployer   shop: 10 % of users on the new side
2026-11-22 10:00:20  balancer     deployer   HAProxy at /run/haproxy.sock was reloaded or started anew
2026-11-22 10:00:40  taken back   deployer   error-ratio: 0.05 breaks result < 0.01 (errorRatio at HAProxy on the new side)
2026-11-22 10:00:40  share        deployer   shop: 0 % of users on the new side
2026-11-22 10:00:40  rolled back  deployer   error-ratio: 0.05 breaks result < 0.01 (errorRatio at HAProxy on the new side)
2026-11-22 11:00:00  drift        -          HAProxy at /run/haproxy.sock: shop/web2 is in maint, was left serving
)");
}

TEST(Timeline, LeavesOutWhatIsOlder) {
  const auto changes = timeline({taken_back()}, history(), kNotes, kBegan + 40s);
  EXPECT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes.front().what, "taken back");
}

TEST(Timeline, SaysWhoGaveWhichWord) {
  Begun begun = taken_back();
  auto& events = begun.journal.events;
  std::erase_if(events, [](const Recorded& recorded) { return recorded.at > 10s; });
  const auto say = [&](base::Millis at, Event event) { events.push_back({at, kBegan + at, std::move(event)}); };
  say(11s, event::PauseRequested{"ann@host"});
  say(12s, event::ResumeRequested{"bob@host"});
  say(13s, event::Resumed{"cy@host"});
  say(14s, event::PromoteRequested{"dee@host", true});
  say(15s, event::AbortRequested{"eve@host"});
  say(16s, event::Abandoned{"fay@host"});
  const auto lines = lines_of(timeline({begun}, {}, {}, kBegan + 11s));
  EXPECT_THAT(lines, ElementsAre("10:00:11 pause | ann@host | ", "10:00:12 resume | bob@host | the pause is over",
                                 "10:00:13 resume | cy@host | taken up again",
                                 "10:00:14 promote | dee@host | to all users at once", "10:00:15 abort | eve@host | ",
                                 "10:00:16 failed | deployer | taken down by fay@host"));
}

TEST(Timeline, TellsOfEachInstanceInPlaceAndOfAPromotion) {
  Script rolling = rolling_script();
  rolling.until = 1h;
  EXPECT_THAT(lines_of(timeline({Scripted(rolling).recorded()}, {}, {}, kBegan)),
              ElementsAre("10:00:00 release | dev@host | 1.8.1 -> 1.8.2, rolling",
                          "10:00:00 admitted | deployer | web1 with 1.8.2",
                          "10:00:30 admitted | deployer | web2 with 1.8.2", "10:01:00 completed | deployer | "));
  Script canary = canary_script();
  canary.until = 1h;
  const auto lines = lines_of(timeline({Scripted(canary).recorded()}, {}, {}, kBegan + 1min));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("promoted | deployer | shop: 1.8.2 is the stable side")));
}

TEST(Timeline, IsATableAndJson) {
  const Change change{kBegan, "drift", "", "a\nb", "r1"};
  EXPECT_EQ(to_text({change}),
            "TIME (UTC)           WHAT   WHO  DETAIL\n"
            "2026-11-22 10:00:00  drift  -    a\n");
  EXPECT_EQ(base::to_text(to_json(change)),
            R"({"at":"2026-11-22T10:00:00.000Z","what":"drift","detail":"a\nb","release":"r1"})");
}

TEST(ServerDrift, IsAServerThatAPersonTookOutOrLetIn) {
  const Begun begun = taken_back();
  const auto view = [](const std::string& backend, const std::string& server, bool serving, const std::string& state) {
    return DialView{backend, server, "X", "", serving, 0, 0, state};
  };
  EXPECT_THAT(server_drift(begun,
                           {view("shop", "web1", true, "ready"), view("shop", "web2", false, "ready"),
                            view("shop-twin", "web1", false, "maint")},
                           false),
              IsEmpty())
      << "one that is down is no drift";
  EXPECT_THAT(
      server_drift(begun, {view("shop", "web2", false, "maint"), view("shop-twin", "web1", true, "ready")}, false),
      ElementsAre("HAProxy at X: shop/web2 is in maint, was left serving",
                  "HAProxy at X: shop-twin/web1 serves, was left out"));
  EXPECT_THAT(server_drift(begun, {view("shop", "web2", false, "maint")}, true), IsEmpty()) << "it was taken down";
}

}  // namespace
}  // namespace trunkline::deployer
