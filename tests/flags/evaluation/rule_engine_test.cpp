#include "flags/evaluation/rule_engine.h"

#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/text.h"
#include "flags/evaluation/fractional.h"

namespace trunkline::flags {
namespace {

constexpr base::WallTime kNow{base::Millis{1'700'000'000'000}};

std::string run(const std::string& rule, const std::string& data = "{}", std::string_view flag = "flag") {
  const auto compiled = compile_rule(base::parse_json(rule).value());
  if (!compiled) return "error: " + compiled.error().message;
  const auto context = context_from_json(base::parse_json(data).value()).value();
  RuleEngine engine(flag, context, kNow);
  const auto value = engine.copy(engine.run(*compiled));
  return engine.failure() != nullptr ? std::string("error: ") + engine.failure() : base::to_text(*value);
}

// One line of rules.cases.
struct Case {
  std::string rule, data, result;
};

Case parse_case(std::string_view line) {
  const size_t result = line.rfind(" => "), data = line.rfind(" | ", result);
  EXPECT_NE(data, std::string_view::npos) << line;
  const auto part = [&](size_t begin, size_t end) { return std::string(base::trim(line.substr(begin, end - begin))); };
  return {part(0, data), part(data + 3, result), part(result + 4, line.size())};
}

TEST(RuleEngine, GivesWhatTheTableOfCasesSays) {
  const std::string text = base::read_file(TRUNKLINE_SOURCE_DIR "/tests/flags/evaluation/rules.cases").value();
  int cases = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const Case example = parse_case(line);
    EXPECT_EQ(run(example.rule, example.data), example.result) << example.rule << " | " << example.data;
    ++cases;
  }
  EXPECT_GT(cases, 250);
}

// Vectors of the reference implementation (SMHasher) for seed 0.
TEST(Fractional, HashesAsMurmurHash3) {
  EXPECT_EQ(bucketing_hash(""), 0u);
  EXPECT_EQ(bucketing_hash("test"), 0xBA6BD213u);
  EXPECT_EQ(bucketing_hash("Hello, world!"), 0xC0363E43u);
  EXPECT_EQ(bucketing_hash("The quick brown fox jumps over the lazy dog"), 0x2E4FF723u);
  EXPECT_EQ(bucketing_hash("Hello,", " world!"), 0xC0363E43u);
  EXPECT_EQ(bucketing_hash(std::string(300, 'a'), "b"), bucketing_hash(std::string(300, 'a') + "b"));
}

TEST(Fractional, PutsHashesIntoBucketsByTheirUpperBits) {
  EXPECT_EQ(bucket_of_hash(0, 100), 0);
  EXPECT_EQ(bucket_of_hash(0xFFFFFFFF, 100), 99);
  EXPECT_EQ(bucket_of_hash(0x80000000, 100), 50);
  EXPECT_EQ(bucket_of_hash(0xBA6BD213, 100), 72);
  EXPECT_EQ(bucket_of_hash(0xFFFFFFFF, 2147483647), 2147483646);
}

TEST(Fractional, HashesTheFlagsKeyBeforeTheTargetingKey) {
  EXPECT_EQ(run(R"({"fractional": [["a", 72], ["b", 28]]})", R"({"targetingKey": "st"})", "te"), R"("b")");
  EXPECT_EQ(run(R"({"fractional": [["a", 73], ["b", 27]]})", R"({"targetingKey": "st"})", "te"), R"("a")");
}

TEST(Fractional, KeepsTheUsersOfTheSmallerShareWhenItGrows) {
  int met = 0;
  for (int user = 0; user < 500; ++user) {
    const std::string data = R"({"targetingKey": "user-)" + std::to_string(user) + "\"}";
    bool on_before = false;
    for (const int share : {1, 5, 25, 50, 99, 100}) {
      const std::string rule =
          R"({"fractional": [["on", )" + std::to_string(share) + R"(], ["off", )" + std::to_string(100 - share) + "]]}";
      const bool on = run(rule, data) == R"("on")";
      EXPECT_TRUE(on || !on_before) << user << " left at " << share;
      on_before = on;
      met += on && share == 25;
    }
    EXPECT_TRUE(on_before);
  }
  EXPECT_NEAR(met, 125, 35);
}

}  // namespace
}  // namespace trunkline::flags
