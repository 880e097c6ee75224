#include "flags/evaluation/rule_engine.h"

#include <gtest/gtest.h>

#include "flags/evaluation/fractional.h"

namespace trunkline::flags {
namespace {

constexpr base::WallTime kNow{base::Millis{1'700'000'000'000}};

std::string run(const std::string& rule, const std::string& data = "{}", std::string_view flag = "flag") {
  const auto compiled = compile_rule(base::parse_json(rule).value());
  if (!compiled) return compiled.error().message;
  const auto context = context_from_json(base::parse_json(data).value()).value();
  RuleEngine engine(flag, context, kNow);
  return base::to_text(to_json(engine.run(*compiled)));
}

struct Case {
  const char* rule;
  const char* data;
  const char* result;
};

TEST(RuleEngine, FollowsJsonLogic) {
  for (const auto& [rule, data, result] : std::vector<Case>{
           {R"({"var": "a.b.1"})", R"({"a": {"b": [1, 2]}})", "2"},
           {R"({"var": ["a", 5]})", "{}", "5"},
           {R"({"var": "a"})", R"({"a": 9007199254740993})", "9007199254740993"},
           {R"({"var": {"var": "n"}})", R"({"n": "m", "m": 3})", "3"},
           {R"({"var": "targetingKey"})", R"({"targetingKey": "u1"})", R"("u1")"},
           {R"({"var": "$flagd.flagKey"})", R"({"$flagd": {"flagKey": "x"}})", R"("flag")"},
           {R"({"var": "$flagd.timestamp"})", "{}", "1700000000"},
           {R"({"if": [false, 1, "a", 2, 3]})", "{}", "2"},
           {R"({"if": [[], 1, {"var": "x"}, 2, 3]})", "{}", "3"},
           {R"({"if": [false, 1]})", "{}", "null"},
           {R"({"==": [1, "1"]})", "{}", "true"},
           {R"({"==": [null, 0]})", "{}", "false"},
           {R"({"==": [[1, 2], "1,2"]})", "{}", "true"},
           {R"({"==": [" 0x10 ", 16]})", "{}", "true"},
           {R"({"==": [9007199254740993, 9007199254740992]})", "{}", "true"},
           {R"({"===": [1, "1"]})", "{}", "false"},
           {R"({"===": [1, 1.0]})", "{}", "true"},
           {R"({"!=": [1, "1"]})", "{}", "false"},
           {R"({"!==": [1, "1"]})", "{}", "true"},
           {R"({"!": [[]]})", "{}", "true"},
           {R"({"!": "0"})", "{}", "false"},
           {R"({"!!": [{"var": "o"}]})", R"({"o": {}})", "true"},
           {R"({"and": [1, "", 3]})", "{}", R"("")"},
           {R"({"or": [0, null, "x", 1]})", "{}", R"("x")"},
           {R"({"in": ["b", "abc"]})", "{}", "true"},
           {R"({"in": [1, ["1", 2]]})", "{}", "false"},
           {R"({"in": [{"var": "c"}, [{"var": "c"}, "DE"]]})", R"({"c": "US"})", "true"},
           {R"({"in": ["a", null]})", "{}", "false"},
           {R"({"<": [1, 2, 3]})", "{}", "true"},
           {R"({"<=": [1, 4, 3]})", "{}", "false"},
           {R"({">": ["b", "a"]})", "{}", "true"},
           {R"({">=": ["a", 1]})", "{}", "false"},
           {R"({"starts_with": [{"var": "e"}, "ada@"]})", R"({"e": "ada@x"})", "true"},
           {R"({"ends_with": [{"var": "e"}, "@x"]})", R"({"e": 5})", "null"},
           {R"({"ends_with": ["a@x"]})", "{}", "null"},
           {R"({"a": 1, "b": 2})", "{}", R"({"a":1,"b":2})"},
           {R"({"nope": 1})", "{}", "unknown operator \"nope\""},
       }) {
    EXPECT_EQ(run(rule, data), result) << rule << " " << data;
  }
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

TEST(Fractional, ChoosesByFlagKeyAndTargetingKeyOrByTheGivenText) {
  EXPECT_EQ(run(R"({"fractional": ["test", ["a", 72], ["b", 28]]})"), R"("b")");
  EXPECT_EQ(run(R"({"fractional": ["test", ["a", 73], ["b", 27]]})"), R"("a")");
  EXPECT_EQ(run(R"({"fractional": [["a", 72], ["b", 28]]})", R"({"targetingKey": "st"})", "te"), R"("b")");
  EXPECT_EQ(run(R"({"fractional": [{"var": "m"}, ["a"], ["b"], ["c"]]})", R"({"m": "test"})"), R"("c")");
  EXPECT_EQ(run(R"({"fractional": ["test", [{"var": "v"}, 1]]})", R"({"v": 7})"), "7");
}

TEST(Fractional, GivesNullWhereNothingCanBeChosen) {
  for (const char* rule : {
           R"({"fractional": [["a", 1]]})",
           R"({"fractional": [{"var": "gone"}, ["a", 1]]})",
           R"({"fractional": ["x"]})",
           R"({"fractional": []})",
           R"({"fractional": ["x", ["a", 0], ["b", -5]]})",
           R"({"fractional": ["x", ["a", 1.5]]})",
           R"({"fractional": ["x", ["a", "1"]]})",
           R"({"fractional": ["x", ["a", 2147483647], ["b", 1]]})",
           R"({"fractional": ["x", ["a", 1e300]]})",
           R"({"fractional": ["x", ["a", 1], "b"]})",
       }) {
    EXPECT_EQ(run(rule), "null") << rule;
  }
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
