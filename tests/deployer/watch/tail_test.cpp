#include "deployer/watch/tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.h"
#include "deployer/record/service_lock.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using base::Millis;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const base::WallTime kBegan = *base::parse_iso8601("2026-11-22T10:00:00Z");
constexpr const char* kText = R"(apiVersion: trunkline/v1
kind: Rollout
metadata: { name: shop }
artifact: { ref: "file:dist/shop.tar.zst" }
targets:
  command: [bin/shop, --listen, "{{instance.address}}"]
  instances:
    - { id: web1, address: "127.0.0.1:9001" }
    - { id: web2, address: "127.0.0.1:9002" }
)";

// A release of a shop, whose journal and notes a test writes.
struct Tailing : testing::Test {
  void SetUp() override { ASSERT_TRUE(service.make()); }

  Journal begin(const std::string& id = "r1") const {
    auto journal = Journal::create(
        service.journal(),
        {id, "shop", "shop.yaml", kText, "/dist/2.tar.zst", {}, {"2", "b", "sha256:bb", ""}, kBegan, "dev@host"});
    add(*journal, 0s, event::Began{});
    return *std::move(journal);
  }
  void add(Journal& journal, Millis at, const Event& event) const {
    EXPECT_TRUE(journal.append({at, kBegan + at, event}));
  }
  void resume(Journal& journal, Millis at) const { add(journal, at, event::Resumed{"dev@host"}); }
  void take_down(Journal& journal, Millis at) const { add(journal, at, event::Abandoned{"dev@host"}); }
  void note(Millis at, const std::string& text, const std::string& release = "r1") const {
    EXPECT_TRUE(append_note(service, {kBegan + at, "deployer", "balancer", text, release, at}));
  }

  // What one look tells.
  std::vector<std::string> look() {
    told.clear();
    const auto looked = tail.look();
    EXPECT_TRUE(looked) << to_string(looked.error());
    return std::exchange(told, {});
  }

  const base::TempFolder folder = *base::TempFolder::make("tail_test");
  const ServiceFolder service{folder.path(), "shop"};
  std::vector<std::string> told;
  Tail tail{service, {false, false, [this](std::string_view line) { told.emplace_back(base::trim(line)); }}};
};

const auto kBegins = HasSubstr("over 2 instances"), kTakenUp = HasSubstr("(taken up again)"),
           kFails = HasSubstr("failed: taken down by dev@host"), kExplains = HasSubstr("`deployer explain shop`");

TEST_F(Tailing, TellsNotesBetweenTheRecordsBesideWhichTheyWereMade) {
  Journal journal = begin();
  note(1500ms, "one");
  resume(journal, 2s);
  note(2500ms, "two");
  take_down(journal, 3s);
  note(3s, "three");
  EXPECT_THAT(look(), ElementsAre(kBegins, "1.5s  one", kTakenUp, "2.5s  two", "3.0s  three", kFails, kExplains));
  EXPECT_TRUE(tail.over());
}

TEST_F(Tailing, LeavesOutWhatWasNotedOutsideOfTheRollout) {
  note(1s, "before", "r0");
  ASSERT_TRUE(append_note(service, {kBegan + 1s, "ops@host", "lock", "taken"}));
  Journal journal = begin();
  note(1s, "its own");
  EXPECT_THAT(look(), ElementsAre(kBegins, "1.0s  its own"));
  EXPECT_FALSE(tail.over());
  take_down(journal, 2s);
  note(3s, "of the next one", "r2");
  EXPECT_THAT(look(), ElementsAre(kFails, kExplains));
}

// The record of the time before it may be seen only by the next look.
TEST_F(Tailing, WaitsForTheRecordsBeforeANoteWhileSomebodyWrites) {
  const ServiceLock lock = *ServiceLock::take(service, "run");
  Journal journal = begin();
  EXPECT_THAT(look(), ElementsAre(kBegins));
  note(3s, "one");
  EXPECT_THAT(look(), IsEmpty());
  resume(journal, 2s);
  EXPECT_THAT(look(), ElementsAre(kTakenUp, "3.0s  one"));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(Tailing, IsOverOnlyWhenWhoIsAtWorkCannotNoteAnything) {
  std::optional<ServiceLock> lock = *ServiceLock::take(service, "run");
  Journal journal = begin();
  take_down(journal, 1s);
  EXPECT_THAT(look(), ElementsAre(kBegins));
  EXPECT_FALSE(tail.over());
  note(4s, "silent");
  lock.reset();
  EXPECT_THAT(look(), ElementsAre("4.0s  silent", kFails, kExplains));
  EXPECT_TRUE(tail.over());
}

TEST_F(Tailing, EndsWhereAnotherRolloutBeginsBehindIt) {
  const ServiceLock lock = *ServiceLock::take(service, "run");
  Journal journal = begin();
  take_down(journal, 1s);
  EXPECT_THAT(look(), ElementsAre(kBegins));
  begin("r2");
  EXPECT_THAT(look(), ElementsAre(kFails, kExplains));
  EXPECT_TRUE(tail.over());
  EXPECT_EQ(tail.story().begun().plan.id, "r1");
}

TEST_F(Tailing, TellsNothingTwiceOfAJournalThatIsReadAnew) {
  Journal journal = begin();
  const JournalContent before = *read_journal(service.journal());
  resume(journal, 2s);
  note(3s, "one");
  EXPECT_THAT(look(), ElementsAre(kBegins, kTakenUp, "3.0s  one"));
  Journal again = *Journal::reopen(service.journal(), before);
  add(again, 4s, event::Ticked{});
  note(5s, "two");
  EXPECT_THAT(look(), ElementsAre("5.0s  two"));
  resume(again, 6s);
  EXPECT_THAT(look(), ElementsAre(kTakenUp));
}

TEST_F(Tailing, KeepsTheLastNotesForAPicture) {
  begin();
  for (int i = 1; i <= 5; ++i) note(Millis{i}, std::to_string(i));
  look();
  std::string texts;
  for (const Note& note : tail.notes()) texts += note.text;
  EXPECT_EQ(texts, "345");
}

}  // namespace
}  // namespace trunkline::deployer
