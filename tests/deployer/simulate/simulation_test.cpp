#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>

#include "deployer/simulate/report.h"

namespace trunkline::deployer {
namespace {

std::string story_of(const SimulationReport& report) {
  return report.broken ? to_text(report) : "";
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kSeeds = 300;  // for the sanitizer; the promises are the release build's
#else
constexpr uint64_t kSeeds = 20'000;
#endif

TEST(Simulation, KeepsEveryPromiseUnderEveryFault) {
  const auto report = simulate_many(1, kSeeds, nullptr);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->broken) << story_of(*report);
  EXPECT_EQ(report->rollouts, kSeeds);
  if (kSeeds < 20'000) return;
  EXPECT_EQ(report->missing(), std::vector<std::string>{}) << "a strategy never met that fault";
  for (const char* outcome : {"completed", "rolled_back", "failed", "held"}) {
    EXPECT_GT(report->by_outcome.at(outcome), 100u) << outcome;
  }
}

// All that the design promises but 28, the freeze and the error budget.
TEST(Faults, CoverTheNumbersOfTheDesign) {
  std::set<int> numbers;
  std::set<std::string_view> names;
  for (int kind = 0; kind < kFaultKinds; ++kind) {
    const FaultWords& words = words_of(static_cast<FaultKind>(kind));
    numbers.insert(words.number);
    names.insert(words.name);
    EXPECT_FALSE(words.what.empty()) << words.name;
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kFaultKinds)) << "each has a name of its own";
  for (int number = 1; number <= 30; ++number) EXPECT_EQ(numbers.contains(number), number != 28) << number;
}

TEST(Simulation, IsTheSameEveryTime) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Scenario scenario = draw_scenario(seed), again = draw_scenario(seed);
    const Simulated once = simulate(scenario, Sabotage::none, true), twice = simulate(again, Sabotage::none, true);
    EXPECT_EQ(once.story, twice.story) << seed;
    EXPECT_FALSE(once.story.empty());
  }
}

struct Broken {
  Sabotage sabotage;
  int promise;
};

class SabotagedSimulation : public testing::TestWithParam<Broken> {};

// A check that cannot fail would prove nothing.
TEST_P(SabotagedSimulation, IsFoundOut) {
  const auto report = simulate_many(1, 1000, nullptr, GetParam().sabotage);
  ASSERT_TRUE(report);
  ASSERT_TRUE(report->broken) << "1000 seeds did not notice";
  EXPECT_EQ(report->broken->violation.promise, GetParam().promise) << to_text(*report);
  EXPECT_FALSE(report->broken->story.empty());
}

INSTANTIATE_TEST_SUITE_P(Promises, SabotagedSimulation,
                         testing::Values(Broken{Sabotage::ignore_floor, 1}, Broken{Sabotage::skip_drain, 2},
                                         Broken{Sabotage::skip_probe, 3}, Broken{Sabotage::ignore_epoch, 4},
                                         Broken{Sabotage::act_before_journal, 5}, Broken{Sabotage::sleep_through, 6},
                                         Broken{Sabotage::fetch_on_way_back, 7}, Broken{Sabotage::hurry_drain, 8},
                                         Broken{Sabotage::no_fallback, 8}, Broken{Sabotage::own_clock, 9}),
                         [](const auto& test) {
                           const bool second = test.param.sabotage == Sabotage::no_fallback;
                           return fmt::format("I{}{}", test.param.promise, second ? "Fallback" : "");
                         });

}  // namespace
}  // namespace trunkline::deployer
