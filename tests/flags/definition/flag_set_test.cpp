#include <gtest/gtest.h>

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
}

TEST(JsonText, FindsValuesBehindStringsThatLookLikeJson) {
  constexpr std::string_view kText = R"( {"a,\"}": [1, {"b\u0041": "x]"} , true ] , "c": -1e5})";
  const auto at = [&](const std::vector<std::string>& path) {
    const auto range = find_json_value(kText, path);
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
