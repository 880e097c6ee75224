#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/text.h"
#include "flags/definition/json_text.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

FlagSet parsed(std::string_view text, std::string_view name = "f.json") {
  auto set = parse_flag_set(text, name);
  EXPECT_TRUE(set) << to_string(set.error());
  return set ? *std::move(set) : FlagSet{};
}

std::vector<std::string> problems(std::string_view text, std::string_view name = "f.json") {
  std::vector<std::string> found;
  const FlagSet set = parsed(text, name);
  for (const base::Error& problem : set.problems()) found.push_back(to_string(problem));
  return found;
}

TEST(FlagSet, ReadsFlagsInOrderWithTheirVariants) {
  const FlagSet set = parsed(R"({"$schema": "x", "flags": {
    "b": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
    "a": {"state": "DISABLED", "variants": {"n": 9007199254740993, "o": {"x": 1}}, "defaultVariant": ""}}})");
  ASSERT_EQ(set.flags().size(), 2u);
  EXPECT_EQ(set.flags()[0].key, "b");
  EXPECT_EQ(set.find("b")->default_variant, "on");
  EXPECT_FALSE(set.find("a")->enabled);
  EXPECT_EQ(set.find("a")->default_variant, std::nullopt);
  EXPECT_EQ(set.find("a")->find_variant("n")->value, base::Json(9007199254740993));
  EXPECT_EQ(set.find("c"), nullptr);
  EXPECT_TRUE(set.problems().empty());
}

TEST(FlagSet, LaysTheFlagsMetadataOverTheSets) {
  const FlagSet set = parsed(R"({"metadata": {"owner": "web", "team": 1}, "flags": {
    "a": {"state": "ENABLED", "variants": {}, "metadata": {"owner": "core"}}}})");
  EXPECT_EQ(base::to_text(set.find("a")->metadata), R"({"owner":"core","team":1})");
}

TEST(FlagSet, ReadsTheSameFromYaml) {
  const auto document = parse_flag_document(R"(
flags:
  # a comment
  colour: { state: ENABLED, variants: { warm: red, cold: "blue" }, defaultVariant: warm }
)",
                                            "flags.yaml");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->set.find("colour")->find_variant("cold")->value, "blue");
  EXPECT_EQ(
      document->json,
      R"({"flags":{"colour":{"state":"ENABLED","variants":{"warm":"red","cold":"blue"},"defaultVariant":"warm"}}})");
}

TEST(FlagSet, ReportsEachBadFlagWithItsPlaceAndKeepsTheOthers) {
  constexpr std::string_view kText = R"({"flags": {
  "good": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"},
  "list": [],
  "state": {"state": "enabled", "variants": {"on": true}},
  "value": {"state": "ENABLED", "variants": {"on": null}},
  "rule": {"state": "ENABLED", "variants": {"on": true}, "targeting": {"if": [{"staarts_with": []}, "on"]}}
}})";
  EXPECT_EQ(
      problems(kText),
      (std::vector<std::string>{
          "f.json:3:11: flags.list: expected an object", "f.json:4:22: flags.state.state: expected ENABLED or DISABLED",
          "f.json:5:52: flags.value.variants.on: expected a boolean, a string, a number or an object",
          "f.json:6:96: flags.rule.targeting.if.0.staarts_with: unknown operator \"staarts_with\", did you mean "
          "\"starts_with\"?"}));
  const FlagSet set = parsed(kText);
  EXPECT_FALSE(set.find("good")->broken);
  EXPECT_TRUE(set.find("rule")->broken);
}

TEST(FlagSet, ReportsPlacesInYamlToo) {
  EXPECT_EQ(problems("flags:\n  a:\n    state: ENABLED\n    variants: {on: true}\n    defaultVariant: onn\n", "f.yaml"),
            (std::vector<std::string>{"f.yaml:5:21: flags.a.defaultVariant: \"onn\" is none of the variants, did you "
                                      "mean \"on\"?"}));
}

TEST(FlagSet, RefusesWhatIsNoFlagSet) {
  EXPECT_EQ(to_string(parse_flag_set("{\"flags\": 5}", "f.json").error()),
            "f.json:1:11: expected a member \"flags\" with an object or an array of flags");
  EXPECT_EQ(to_string(parse_flag_set("{}", "f.json").error()),
            "f.json:1:1: expected a member \"flags\" with an object or an array of flags");
  EXPECT_EQ(parse_flag_set("{\"flags\": {\"a\":1,\"a\":2}}", "f.json").error().where.column, 20);
  EXPECT_FALSE(parse_flag_set("", "f.yaml"));
  EXPECT_EQ(to_string(parse_flag_set("flags:\n  a: {state: ENABLED, variants: {x: .NaN, y: 1}}\n", "f.yaml").error()),
            "f.yaml:2:37: .NaN is no number that a flag can have");
  EXPECT_TRUE(parse_flag_set("flags:\n  a: {state: ENABLED, variants: {x: '.inf'}}\n", "f.yaml"));
}

TEST(FlagSet, ReadsFlagsFromAnArrayAndTellsFlagSetsApart) {
  const FlagSet set = parsed(R"({"metadata": {"flagSetId": "one"}, "flags": [
    {"key": "a", "state": "ENABLED", "variants": {"x": 1}, "defaultVariant": "x"},
    {"key": "b", "state": "ENABLED", "variants": {"x": 2}, "defaultVariant": "x", "metadata": {"flagSetId": "two"}},
    {"key": "a", "state": "ENABLED", "variants": {"x": 3}, "defaultVariant": "x", "metadata": {"flagSetId": "two"}}]})");
  EXPECT_TRUE(set.problems().empty());
  EXPECT_EQ(set.flags().size(), 3u);
  EXPECT_EQ(set.find("a")->variants[0].value, 3) << "the last one counts where nobody says which set";
  EXPECT_EQ(set.select("one").find("a")->variants[0].value, 1);
  EXPECT_EQ(set.select("one").find("b"), nullptr);
  EXPECT_EQ(set.select("two").flags().size(), 2u);
  EXPECT_EQ(set.select("three").flags().size(), 0u);
  EXPECT_EQ(set.select("two").metadata().at("flagSetId"), "one");
}

TEST(FlagSet, ReportsWhatOnlyAnArrayCanHaveWrong) {
  constexpr std::string_view kText = R"({"flags": [
    {"state": "ENABLED"}, 7,
    {"key": "a", "state": "ENABLED", "variants": {"x": 1}},
    {"key": "a", "state": "ENABLED", "variants": {"x": 2}}]})";
  EXPECT_EQ(problems(kText), (std::vector<std::string>{
                                 "f.json:2:5: flags.0: expected an object with a member \"key\", the name of the flag",
                                 "f.json:2:27: flags.1: expected an object with a member \"key\", the name of the flag",
                                 "f.json:4:13: flags.3.key: the flag \"a\" stands here a second time"}));
  EXPECT_EQ(parsed(kText).flags().size(), 1u);
  EXPECT_EQ(parsed(kText).find("a")->variants[0].value, 2);
  EXPECT_EQ(find_flag_path(base::parse_json(kText).value(), "a"), (Path{"flags", "3"}));
  EXPECT_EQ(find_flag_path(base::parse_json(kText).value(), "b"), std::nullopt);
}

TEST(FlagSet, SharesEvaluatorsByName) {
  constexpr std::string_view kText =
      R"({"$evaluators": {"staff": {"in": ["@x", {"var": "email"}]}, "nested": {"$ref": "staff"},
      "wrong": {"cast": 1}}, "flags": {
    "good": {"state": "ENABLED", "variants": {"on": 1}, "targeting": {"if": [{"$ref": "staff"}, "on"]}},
    "gone": {"state": "ENABLED", "variants": {"on": 1}, "targeting": {"if": [{"$ref": "stuff"}, "on"]}},
    "nest": {"state": "ENABLED", "variants": {"on": 1}, "targeting": {"$ref": "nested"}},
    "hurt": {"state": "ENABLED", "variants": {"on": 1}, "targeting": {"$ref": "wrong"}}}})";
  EXPECT_EQ(problems(kText),
            (std::vector<std::string>{
                "f.json:1:80: $evaluators.nested.$ref: an evaluator cannot refer to another one",
                "f.json:2:25: $evaluators.wrong.cast: unknown operator \"cast\", did you mean \"cat\"?",
                "f.json:4:87: flags.gone.targeting.if.0.$ref: no evaluator \"stuff\", did you mean \"staff\"?",
                "f.json:5:79: flags.nest.targeting.$ref: the evaluator \"nested\" is broken: an evaluator cannot refer "
                "to another one",
                "f.json:6:79: flags.hurt.targeting.$ref: the evaluator \"wrong\" is broken: unknown operator \"cast\", "
                "did you mean \"cat\"?"}));
  const FlagSet set = parsed(kText);
  EXPECT_FALSE(set.find("good")->broken);
  EXPECT_TRUE(set.find("gone")->broken && set.find("nest")->broken && set.find("hurt")->broken);
}

TEST(FlagSet, ReadsTenThousandFlagsAndBoundsItsProblems) {
  std::string text = "{\"flags\": {";
  for (int i = 0; i < 10'000; ++i) {
    text += (i == 0 ? "\"flag-" : ",\n\"flag-") + std::to_string(i) +
            R"(": {"state": "enabled", "variants": {"on": true}})";
  }
  const FlagSet set = parsed(text + "}}");
  EXPECT_EQ(set.flags().size(), 10'000u);
  ASSERT_EQ(set.problems().size(), FlagSet::kMostProblems);
  EXPECT_EQ(set.problems().back().where, (base::Where{"f.json", 1000, 23}));
}

// Everything that a set says of its flags.
std::string printed(const FlagSet& set) {
  std::string text = base::to_text(set.metadata());
  for (const Flag& flag : set.flags()) {
    text += "\n" + flag.key + (flag.enabled ? " on " : " off ") + (flag.broken ? "broken " : "") +
            flag.default_variant.value_or("-") + " " + base::to_text(flag.metadata);
    for (const Variant& variant : flag.variants) text += " " + variant.name + "=" + base::to_text(variant.value);
    if (flag.rule) text += " " + base::to_text(to_json(*flag.rule));
  }
  return text;
}

TEST(FlagSet, IsTheSameAfterItWasPrinted) {
  const std::string cases = base::read_file(TRUNKLINE_SOURCE_DIR "/tests/flags/evaluation/rules.cases").value();
  base::JsonObject flags;
  for (const std::string_view line : base::split(cases, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    base::JsonObject variants{{"on", flags.size()}, {"off", 0.5}};
    base::JsonObject flag{{"state", flags.size() % 3 == 0 ? "DISABLED" : "ENABLED"}, {"variants", std::move(variants)}};
    if (flags.size() % 2 == 0) flag["defaultVariant"] = "on";
    const base::Json rule = base::parse_json(base::trim(line.substr(0, line.find(" | ")))).value();
    if (rule.is_object()) flag["targeting"] = rule;
    flags["flag \"" + std::to_string(flags.size()) + "\" é"] = std::move(flag);
  }
  const base::Json document =
      base::JsonObject{{"metadata", base::JsonObject{{"owner", "web"}}}, {"flags", std::move(flags)}};
  const std::string expected = printed(parsed(base::to_text(document)));
  EXPECT_GT(expected.size(), 10'000u);
  EXPECT_EQ(printed(parsed(base::to_pretty_text(document))), expected);
  // JSON is YAML too, and what was read as YAML is handed on as JSON.
  const auto yaml = parse_flag_document(base::to_pretty_text(document), "f.yaml");
  ASSERT_TRUE(yaml) << to_string(yaml.error());
  EXPECT_EQ(printed(yaml->set), expected);
  EXPECT_EQ(printed(parsed(yaml->json)), expected);
}

TEST(Rule, IsTheSameAfterItWasPrinted) {
  const std::string text = base::read_file(TRUNKLINE_SOURCE_DIR "/tests/flags/evaluation/rules.cases").value();
  int rules = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto rule = compile_rule(base::parse_json(base::trim(line.substr(0, line.find(" | ")))).value());
    if (!rule) continue;
    const base::Json printed = to_json(*rule);
    const auto again = compile_rule(base::parse_json(base::to_text(printed)).value());
    ASSERT_TRUE(again) << line;
    EXPECT_EQ(to_json(*again), printed) << line;
    ++rules;
  }
  EXPECT_GT(rules, 250);
}

TEST(JsonText, FindsValuesBehindStringsThatLookLikeJson) {
  constexpr std::string_view kText = R"( {"a,\"}": [1, {"b\u0041": "x]"} , true ] , "c": -1e5})";
  const auto at = [&](const std::vector<std::string>& path) {
    const auto range = JsonPlaces(kText).find(path);
    return range ? std::string(kText.substr(range->begin, range->end - range->begin)) : "none";
  };
  EXPECT_EQ(at({"c"}), "-1e5");
  EXPECT_EQ(at({"a,\"}", "0"}), "1");
  EXPECT_EQ(at({"a,\"}", "1", "bA"}), "\"x]\"");
  EXPECT_EQ(at({"a,\"}", "2"}), "true");
  EXPECT_EQ(at({"a,\"}", "3"}), "none");
  EXPECT_EQ(at({"c", "x"}), "none");
}

}  // namespace
}  // namespace trunkline::flags
