#include "flags/evaluation/evaluation.h"

#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

constexpr base::WallTime kNow{base::Millis{1'700'000'000'000}};

FlagSet set_of(const std::string& flags) {
  return parse_json_flag_set("{\"metadata\": {\"set\": 1}, \"flags\": {" + flags + "}}", "f.json").value();
}

std::string answer(const FlagSet& set, std::string_view key, const std::string& context = "{}") {
  return base::to_text(to_json(key, evaluate(set, key, *context_from_json(base::parse_json(context).value()), kNow)));
}

const char* const kFlags = R"(
  "static": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "metadata": {"owner": "web"}},
  "empty": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {}},
  "none": {"state": "ENABLED", "variants": {"on": true}},
  "off": {"state": "DISABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"var": "v"}},
  "rule": {"state": "ENABLED", "variants": {"on": 1, "true": 2, "7": 3}, "defaultVariant": "on",
           "targeting": {"var": "v"}},
  "broken": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"cast": 1}},
  "lost": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "of"})";

TEST(Evaluation, AnswersEachCaseWithItsReason) {
  const FlagSet set = set_of(kFlags);
  const std::string meta = R"("metadata":{"set":1}})";
  EXPECT_EQ(answer(set, "gone"), R"({"key":"gone","reason":"ERROR","errorCode":"FLAG_NOT_FOUND",)" + meta);
  EXPECT_EQ(answer(set, "static"),
            R"({"key":"static","value":true,"variant":"on","reason":"STATIC","metadata":{"set":1,"owner":"web"}})");
  EXPECT_EQ(answer(set, "empty"), R"({"key":"empty","value":true,"variant":"on","reason":"STATIC",)" + meta);
  EXPECT_EQ(answer(set, "none"), R"({"key":"none","reason":"DEFAULT",)" + meta);
  EXPECT_EQ(answer(set, "off"), R"({"key":"off","reason":"DISABLED",)" + meta);
  EXPECT_EQ(answer(set, "broken"), R"({"key":"broken","reason":"ERROR","errorCode":"PARSE_ERROR",)" + meta);
  EXPECT_EQ(answer(set, "lost"), R"({"key":"lost","reason":"ERROR","errorCode":"GENERAL",)" + meta);
}

TEST(Evaluation, TakesTheRulesResultAsTheNameOfAVariant) {
  const FlagSet set = set_of(kFlags);
  const auto with = [&](const std::string& value) { return answer(set, "rule", "{\"v\": " + value + "}"); };
  EXPECT_NE(with("null").find(R"("value":1,"variant":"on","reason":"DEFAULT")"), std::string::npos);
  EXPECT_NE(with("\"on\"").find(R"("variant":"on","reason":"TARGETING_MATCH")"), std::string::npos);
  EXPECT_NE(with("true").find(R"("variant":"true","reason":"TARGETING_MATCH")"), std::string::npos);
  EXPECT_NE(with("7.0").find(R"("variant":"7","reason":"TARGETING_MATCH")"), std::string::npos);
  EXPECT_NE(with("\"gone\"").find(R"("errorCode":"GENERAL")"), std::string::npos);
  EXPECT_NE(with("[1]").find(R"("errorCode":"GENERAL")"), std::string::npos);
}

TEST(Evaluation, SaysTypeMismatchAndConvertsNumbersOnlyWithoutLoss) {
  const FlagSet set = set_of(R"("a": {"state": "ENABLED", "variants": {"v": 10.0}, "defaultVariant": "v"},
                                "b": {"state": "ENABLED", "variants": {"v": 3.14}, "defaultVariant": "v"})");
  const auto code = [&](std::string_view key, FlagType type) { return evaluate(set, key, type, {}, kNow).error_code; };
  EXPECT_EQ(code("a", FlagType::integer), std::nullopt);
  EXPECT_EQ(code("b", FlagType::integer), ErrorCode::type_mismatch);
  EXPECT_EQ(code("b", FlagType::floating), std::nullopt);
  EXPECT_EQ(code("b", FlagType::boolean), ErrorCode::type_mismatch);
  EXPECT_EQ(exact_integer(base::Json(10.0)), 10);
  EXPECT_EQ(exact_double(base::Json(9007199254740993)), std::nullopt);
  EXPECT_EQ(exact_double(base::Json(9007199254740992)), 9007199254740992.0);
}

// flagd's testbed (evaluator/gherkin/fractional.feature, v2) says which user gets which card.
TEST(Evaluation, PutsUsersIntoTheBucketsOfFlagd) {
  const auto cards = [](const std::string& key, const std::string& first) {
    return "\"" + key +
           R"(": {"state": "ENABLED", "variants": {"clubs": "c", "diamonds": "d", "hearts": "h", "spades": "s"},
      "targeting": {"fractional": [{"cat": [)" +
           first + R"(, {"var": "user.name"}]}, ["clubs", 25], ["diamonds", 25], ["hearts", 25], ["spades", 25]]}})";
  };
  const FlagSet set =
      set_of(cards("fractional-flag", R"({"var": "$flagd.flagKey"})") + "," + cards("shared", R"("shared-seed")") +
             R"(, "fractional-flag-shorthand": {"state": "ENABLED", "variants": {"heads": 1, "tails": 2},
                                  "targeting": {"fractional": [["heads"], ["tails", 1]]}},
                                "edge": {"state": "ENABLED", "variants": {"lower": 1, "upper": 2},
                                  "targeting": {"fractional": [{"var": "targetingKey"}, ["lower", 50], ["upper", 50]]}})");
  const auto variant = [&](std::string_view key, const std::string& name) {
    const EvaluationContext context{.targeting_key = name, .attributes = {{"user", {{"name", name}}}}};
    return std::string(evaluate(set, key, context, kNow).variant);
  };
  for (const auto& [name, card] : {std::pair{"jack", "hearts"}, std::pair{"queen", "spades"}, std::pair{"ten", "clubs"},
                                   std::pair{"nine", "diamonds"}, std::pair{"3", "clubs"}}) {
    EXPECT_EQ(variant("fractional-flag", name), card) << name;
  }
  for (const auto& [name, card] : {std::pair{"seven", "hearts"}, std::pair{"eight", "diamonds"},
                                   std::pair{"nine", "clubs"}, std::pair{"two", "spades"}}) {
    EXPECT_EQ(variant("shared", name), card) << name;
  }
  EXPECT_EQ(variant("fractional-flag-shorthand", "jon@company.com"), "heads");
  EXPECT_EQ(variant("fractional-flag-shorthand", "jane@company.com"), "tails");
  // Keys whose hashes are 0, 1 and the greatest ones below and above the middle.
  for (const char* key : {"ejOoVL", "bY9fO-", "SI7p-"}) EXPECT_EQ(variant("edge", key), "lower") << key;
  for (const char* key : {"6LvT0", "ceQdGm"}) EXPECT_EQ(variant("edge", key), "upper") << key;
}

}  // namespace
}  // namespace trunkline::flags
