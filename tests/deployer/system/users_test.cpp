#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"
#include "tests/deployer/users/crowd.h"

// No request fails in any strategy, forward and back: short ones on kept-alive connections, slow bodies, slow answers.
// Websockets end only when the drain's time is over, and the release tells how many did.
// TRUNKLINE_USERS_TABLE=FILE writes the table of docs/reliability.md.
namespace trunkline::deployer {
namespace {

using testing::HasSubstr;

constexpr base::Millis kDrain{1500};
const std::string kServe = "exec bin/talker \"$@\"";
// Of the version that is bad, and says so only here: its users are served well.
// DELAY stands for how long nothing is said.
const std::string kVerdict = R"(    verdict:
      metrics:
        - name: verdict
          exec: { command: [/bin/sh, -c, "case {{revision.version}} in bad) echo 1;; *) echo 0;; esac"] }
          successCondition: result < 0.5
          interval: 200ms
          initialDelay: DELAY
)";

std::string with(std::string text, const std::string& word, const std::string& value) {
  const size_t at = text.find(word);
  return at == std::string::npos ? text : text.replace(at, word.size(), value);
}

struct Way {
  std::string name;
  std::string strategy;  // BAKE stands for the length of a bake
  bool bakes = true;

  friend std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.strategy; }
};

const std::vector<Way> kWays = {
    {"inPlace", "{ type: inPlace }", false},
    {"rolling", "{ type: rolling, bake: BAKE }"},
    {"oneBox", "{ type: oneBox, bake: BAKE }"},
    {"canary", "{ type: canary, steps: [{ setWeight: 50 }, { bake: BAKE }] }"},
    {"linear", "{ type: linear, step: 50%, every: BAKE }"},
    {"blueGreen",
     "{ type: blueGreen, approval: { timeout: 300ms, onTimeout: promote }, postPromotion: { bake: BAKE } }"},
    {"allAtOnce", "{ type: allAtOnce, postPromotion: { bake: BAKE } }"},
};

struct Users : testing::TestWithParam<Way> {
  void SetUp() override {
    write_rollout("500ms", "200ms");
    rig.pack("1", kServe, TALKER);
    const Ran ran = rig.release("1");
    ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
    rig.pack("good", kServe, TALKER);
    // Without a bake nobody judges it: then its last instance does not start.
    const std::string serve = GetParam().bakes ? "" : "case \"$*\" in *" + rig.address(2) + "*) exit 1;; esac; ";
    rig.pack("bad", serve + kServe, TALKER);
  }

  void write_rollout(const std::string& bake, const std::string& delay) const {
    rig.write({.strategy = with(GetParam().strategy, "BAKE", bake),
               .drain = base::format_duration(kDrain),
               .background = GetParam().bakes ? "[verdict]" : "[]",
               .extra = with(kVerdict, "DELAY", delay)});
  }

  // Releases it while the crowd is there.
  void release(const std::string& version, int code, const std::string& outcome) {
    Crowd crowd(rig.front());
    const Ran ran = rig.release(version);
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    crowd.end();
    for (const Talk talk : kTalks) {
      const Tally tally = crowd.tally(talk);
      EXPECT_GT(tally.ok, 0) << to_string(talk);
      EXPECT_EQ(tally.failures.size(), 0U)
          << to_string(talk) << ": " << fmt::to_string(fmt::join(tally.failures, "\n")) << "\n"
          << ran.out;
    }
    // All instances go in a good release; on a way back that is short there may be none on those that go.
    if (code == 0) {
      EXPECT_GT(crowd.goodbyes().size(), 0U) << ran.out;
    }
    expect_late_goodbyes(crowd.goodbyes(), ran);
    if (std::getenv("TRUNKLINE_USERS_TABLE") != nullptr) write(outcome, crowd);
  }

  void expect_late_goodbyes(const std::vector<Goodbye>& goodbyes, const Ran& ran) const {
    const auto begun = load_begun(rig.service());
    ASSERT_TRUE(begun && *begun);
    const auto drains = drains_of(**begun);
    for (const Goodbye& goodbye : goodbyes) {
      const auto [first, last] = drains.equal_range(goodbye.instance);
      EXPECT_TRUE(std::any_of(first, last, [&](const auto& drain) { return goodbye.at >= drain.second + kDrain; }))
          << goodbye.instance << " ended it at " << base::to_iso8601(goodbye.at) << "\n"
          << ran.out;
    }
    if (!goodbyes.empty()) {
      EXPECT_THAT(ran.out, HasSubstr(fmt::format("s  closed after {}: {} long connection",
                                                 base::format_duration(kDrain), goodbyes.size())));
    }
    const auto explained = base::parse_json(rig.deployer({"explain", "--json"}).out);
    EXPECT_EQ(number(*explained, "connections_cut"), static_cast<int64_t>(goodbyes.size())) << ran.out;
  }

  // When each drain was asked for, by the address of its instance.
  static std::multimap<std::string, base::WallTime> drains_of(const Begun& begun) {
    std::multimap<std::string, base::WallTime> drains;
    State state = initial_state(begun.plan);
    for (const Recorded& recorded : begun.journal.events) {
      Advance turn = advance(begun.plan, std::move(state), recorded.event, recorded.at);
      state = std::move(turn.state);
      for (const Action& action : turn.actions) {
        const auto* drain = std::get_if<action::Drain>(&action);
        if (drain == nullptr) continue;
        const Instance& place = place_at(begun.rollout, drain->instance);
        drains.emplace(fmt::format("{}:{}", place.host, place.port), recorded.wall);
      }
    }
    return drains;
  }

  static void write(const std::string& outcome, const Crowd& crowd) {
    std::ofstream table(std::getenv("TRUNKLINE_USERS_TABLE"), std::ios::app);
    table << fmt::format("| {} | {} |", GetParam().name, outcome);
    size_t failed = 0;
    for (const Talk talk : kTalks) {
      const Tally tally = crowd.tally(talk);
      table << fmt::format(" {} |", tally.sent);
      failed += tally.failures.size();
    }
    table << fmt::format(" {} | {} |\n", failed, crowd.goodbyes().size());
  }

  ShareRig rig;
};

TEST_P(Users, MeetNoFailureInAGoodRelease) {
  release("good", 0, "completed");
}

TEST_P(Users, MeetNoFailureWhileItIsTakenBack) {
  write_rollout("5s", "1s");  // so that websockets begin at the new version meanwhile
  release("bad", 3, "taken back");
}

INSTANTIATE_TEST_SUITE_P(Strategies, Users, testing::ValuesIn(kWays), [](const auto& way) { return way.param.name; });

}  // namespace
}  // namespace trunkline::deployer
