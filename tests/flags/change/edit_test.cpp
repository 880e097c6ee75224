#include "flags/change/edit.h"

#include <gtest/gtest.h>

#include "base/git/diff.h"

namespace trunkline::flags {
namespace {

const char* const kJson = R"({
  "flags": {
    "a": { "state": "ENABLED", "variants": { "on": true, "off": false }, "defaultVariant": "off" },
    "b": {
      "state": "ENABLED",
      "variants": { "x": 1, "y \"z\"": 2 }
    }
  }
}
)";

const char* const kYaml = R"(# flags of the shop
flags:
  a:  # the first
    state: 'ENABLED'
    variants: {on: true, off: false}
    defaultVariant: off   # keep me
  b:
    state: ENABLED

    variants:
      x: 1
      yes: 2
  c: {state: ENABLED, variants: {x: 1}}
)";

std::string diff(std::string_view text, const char* name, const Edit& edit) {
  const auto edited = apply_edit(text, name, edit);
  return edited ? base::unified_diff(name, text, edited->text).value() : to_string(edited.error());
}

Edit set(const char* key, const char* variant) {
  return {key, SetDefault{variant}};
}

TEST(Edit, ChangesOnlyTheLineOfTheFlagInJson) {
  EXPECT_EQ(diff(kJson, "f.json", set("a", "on")), R"(--- a/f.json
+++ b/f.json
@@ -1,6 +1,6 @@
 {
   "flags": {
-    "a": { "state": "ENABLED", "variants": { "on": true, "off": false }, "defaultVariant": "off" },
+    "a": { "state": "ENABLED", "variants": { "on": true, "off": false }, "defaultVariant": "on" },
     "b": {
       "state": "ENABLED",
       "variants": { "x": 1, "y \"z\"": 2 }
)");
}

TEST(Edit, AddsAMissingDefaultBesideTheVariants) {
  EXPECT_EQ(diff(kJson, "f.json", set("b", "y \"z\"")), R"(--- a/f.json
+++ b/f.json
@@ -3,7 +3,8 @@
     "a": { "state": "ENABLED", "variants": { "on": true, "off": false }, "defaultVariant": "off" },
     "b": {
       "state": "ENABLED",
-      "variants": { "x": 1, "y \"z\"": 2 }
+      "variants": { "x": 1, "y \"z\"": 2 },
+      "defaultVariant": "y \"z\""
     }
   }
 }
)");
}

TEST(Edit, KeepsTheStyleAndTheCommentsOfYaml) {
  EXPECT_EQ(diff(kYaml, "f.yaml", {"a", SetState{false}}), R"(--- a/f.yaml
+++ b/f.yaml
@@ -1,7 +1,7 @@
 # flags of the shop
 flags:
   a:  # the first
-    state: 'ENABLED'
+    state: 'DISABLED'
     variants: {on: true, off: false}
     defaultVariant: off   # keep me
   b:
)");
  const auto toggled = apply_edit(kYaml, "f.yaml", {"a", Toggle{}}).value();
  EXPECT_EQ(toggled.change.from, "off");
  EXPECT_EQ(toggled.change.to, "on");
  // Older readers of YAML take a plain `on` for true.
  EXPECT_NE(toggled.text.find("    defaultVariant: \"on\"   # keep me\n"), std::string::npos);
}

TEST(Edit, AddsAMissingDefaultToYamlInEitherForm) {
  const auto block = apply_edit(kYaml, "f.yaml", set("b", "yes")).value().text;
  EXPECT_NE(block.find("      yes: 2\n    defaultVariant: \"yes\"\n  c:"), std::string::npos) << block;
  const auto flow = apply_edit(kYaml, "f.yaml", set("c", "x")).value().text;
  EXPECT_NE(flow.find("  c: {state: ENABLED, variants: {x: 1}, defaultVariant: x}\n"), std::string::npos) << flow;
}

TEST(Edit, ChangesNothingWhereTheValueIsThereAlready) {
  EXPECT_EQ(apply_edit(kJson, "f.json", set("a", "off"))->text, kJson);
}

TEST(Edit, NamesWhatIsNotThere) {
  EXPECT_EQ(diff(kJson, "f.json", set("aa", "on")), "f.json: no flag \"aa\", did you mean \"a\"?");
  EXPECT_EQ(diff(kJson, "f.json", set("a", "blue")), "f.json: flag \"a\" has no variant \"blue\", only on, off");
  EXPECT_EQ(diff(kJson, "f.json", {"b", Toggle{}}),
            "f.json: flag \"b\" cannot be toggled: expected two boolean variants and a default");
}

TEST(Edit, RefusesAToggleThatWouldChangeNobodysAnswer) {
  const auto toggled = [](const std::string& rule) {
    const std::string text =
        R"({"flags": {"a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
        "targeting": )" +
        rule + "}}}";
    const auto edited = apply_edit(text, "f.json", {"a", Toggle{}});
    return edited ? std::string(edited->change.to->as_string()) : to_string(edited.error());
  };
  const std::string refusal =
      "f.json: flag \"a\" cannot be toggled: its rule decides for everybody, whatever the default is; expected a flag "
      "without such a rule (flagctl target a --clear)";
  EXPECT_EQ(toggled(R"({"fractional": [["on", 10], ["off", 90]]})"), refusal);
  EXPECT_EQ(toggled(R"({"if": [{"var": "x"}, "on", "off"]})"), refusal);
  EXPECT_EQ(toggled(R"({"if": [{"var": "x"}, "on"]})"), "on");
  EXPECT_EQ(toggled(R"({"fractional": [["on", 10], [null, 90]]})"), "on");
  EXPECT_EQ(toggled(R"({"var": "x"})"), "on") << "only an evaluation tells";
}

TEST(Edit, RefusesAValueThatAnAliasShares) {
  constexpr std::string_view kShared =
      "flags:\n  a: &a\n    state: ENABLED\n    variants: {x: 1, y: 2}\n    defaultVariant: x\n  b: *a\n";
  EXPECT_NE(diff(kShared, "f.yaml", set("b", "y")).find("cannot be changed in place"), std::string::npos);
}

std::string after(std::string_view text, const char* name, const Edit& edit) {
  const auto edited = apply_edit(text, name, edit);
  return edited ? edited->text : to_string(edited.error());
}

Edit target(const char* key, const char* rule) {
  return {key, SetTargeting{base::parse_json(rule).value()}};
}

TEST(Edit, SetsAndClearsARuleBetweenDefaultAndMetadata) {
  constexpr std::string_view kText = R"({"flags": {
  "a": {"state": "ENABLED", "variants": {"x": 1, "y": 2}, "defaultVariant": "x", "metadata": {"owner": "web"}}
}})";
  const auto set_rule = apply_edit(kText, "f.json", target("a", R"({"if": [{"var": "beta"}, "y"]})")).value();
  EXPECT_EQ(set_rule.text, R"({"flags": {
  "a": {"state": "ENABLED", "variants": {"x": 1, "y": 2}, "defaultVariant": "x", "targeting": {"if": [{"var": "beta"}, "y"]}, "metadata": {"owner": "web"}}
}})");
  EXPECT_EQ(set_rule.change.from, std::nullopt);
  EXPECT_EQ(describe(set_rule.change), "Target a");
  const auto clear = apply_edit(set_rule.text, "f.json", {"a", SetTargeting{nullptr}}).value();
  EXPECT_EQ(clear.text, kText);
  EXPECT_EQ(clear.change.to, std::nullopt);
  EXPECT_EQ(describe(clear.change), "Clear the rule of a");
  EXPECT_TRUE(apply_edit(kText, "f.json", {"a", SetTargeting{nullptr}})->change.nothing());
}

TEST(Edit, RefusesARuleThatWouldBreakTheFlag) {
  EXPECT_EQ(after(kJson, "f.json", target("a", R"({"iff": [true, "on"]})")),
            "f.json: flags.a.targeting.iff: unknown operator \"iff\", did you mean \"if\"?");
  EXPECT_EQ(after(kJson, "f.json", target("a", "[1]")), "f.json: expected a rule (an object)");
}

TEST(Edit, GivesSharesAndTheRestToTheDefault) {
  const auto rule = [](std::vector<SetShares::Share> shares) {
    const auto edited = apply_edit(kJson, "f.json", {"a", SetShares{std::move(shares)}});
    return edited ? base::to_text(*edited->change.to) : to_string(edited.error());
  };
  EXPECT_EQ(rule({{"on", 10}}), R"({"fractional":[["on",10],["off",90]]})");
  EXPECT_EQ(rule({{"off", 10}, {"on", 30}}),
            "the other 60% would go to off too, the default variant; expected shares that sum up to 100");
  EXPECT_EQ(rule({{"on", 100}}), R"({"fractional":[["on",100]]})");
  const std::string wrong = "expected each variant once, with shares from 0 to 100 that sum up to at most 100";
  EXPECT_EQ(rule({{"on", 60}, {"off", 60}}), wrong);
  EXPECT_EQ(rule({{"on", -1}}), wrong);
  EXPECT_EQ(rule({{"on", 1}, {"on", 2}}), wrong);
  EXPECT_EQ(rule({{"blue", 1}}), "f.json: flag \"a\" has no variant \"blue\", only on, off");
  EXPECT_EQ(after(kJson, "f.json", {"b", SetShares{{{"x", 40}}}}),
            "flag \"b\" has no default variant that could take the other 60%; expected shares that sum up to 100");
}

TEST(Edit, CreatesRemovesAndRestoresAFlag) {
  const base::Json definition =
      base::parse_json(R"({"state":"ENABLED","variants":{"x":1},"defaultVariant":"x"})").value();
  const auto created = apply_edit(kYaml, "f.yaml", {"d", Create{definition}}).value();
  EXPECT_EQ(created.text,
            std::string(kYaml) + "  d:\n    state: ENABLED\n    variants: {x: 1}\n    defaultVariant: x\n");
  EXPECT_EQ(describe(created.change), "Create d");
  EXPECT_EQ(after(created.text, "f.yaml", {"d", Create{definition}}), "f.yaml: flag \"d\" is there already");
  const auto removed = apply_edit(created.text, "f.yaml", {"d", Remove{}}).value();
  EXPECT_EQ(removed.text, kYaml);
  EXPECT_EQ(describe(removed.change), "Remove d");
  EXPECT_EQ(after(kYaml, "f.yaml", {"d", Remove{}}), "f.yaml: no flag \"d\", did you mean \"a\"?");
  const auto restored = apply_edit(kYaml, "f.yaml", {"c", Restore{definition}}).value();
  EXPECT_EQ(describe(restored.change), "Restore c");
  EXPECT_NE(restored.text.find("  c: {state: ENABLED, variants: {x: 1}, defaultVariant: x}\n"), std::string::npos);
  EXPECT_EQ(after(restored.text, "f.yaml", {"d", Restore{nullptr}}), restored.text) << "not there: as it is to be";
  EXPECT_EQ(after(kJson, "f.json", {"d", Create{base::parse_json(R"({"state":"ON","variants":{}})").value()}}),
            "f.json: flags.d.state: expected ENABLED or DISABLED");
}

TEST(Edit, ChangesFlagsThatStandInAnArray) {
  constexpr std::string_view kArray = R"({
  "flags": [
    { "key": "a", "state": "ENABLED", "variants": { "x": 1, "y": 2 } },
    { "key": "b", "state": "ENABLED", "variants": { "x": 1 } }
  ]
})";
  EXPECT_EQ(after(kArray, "f.json", set("a", "y")), R"({
  "flags": [
    { "key": "a", "state": "ENABLED", "variants": { "x": 1, "y": 2 }, "defaultVariant": "y" },
    { "key": "b", "state": "ENABLED", "variants": { "x": 1 } }
  ]
})");
  EXPECT_EQ(after(kArray, "f.json", {"a", Remove{}}), R"({
  "flags": [
    { "key": "b", "state": "ENABLED", "variants": { "x": 1 } }
  ]
})");
  const Edit create{"c", Create{base::parse_json(R"({"state":"DISABLED","variants":{"x":1}})").value()}};
  EXPECT_EQ(after(kArray, "f.json", create), R"({
  "flags": [
    { "key": "a", "state": "ENABLED", "variants": { "x": 1, "y": 2 } },
    { "key": "b", "state": "ENABLED", "variants": { "x": 1 } },
    { "key": "c", "state": "DISABLED", "variants": { "x": 1 } }
  ]
})");
}

TEST(Edit, RepairsABrokenFlagOnlyByWhatReplacesTheFault) {
  constexpr std::string_view kBroken =
      R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "targeting": {"iff": []}}}})";
  EXPECT_EQ(after(kBroken, "f.json", {"a", SetState{false}}), "f.json: flag \"a\" is broken; repair it first");
  EXPECT_EQ(after(kBroken, "f.json", target("a", R"({"if":[true,"x"]})")),
            R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "targeting": {"if": [true, "x"]}}}})");
  EXPECT_EQ(after(kBroken, "f.json", {"a", SetTargeting{nullptr}}),
            R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}}}})");
  EXPECT_EQ(after(kBroken, "f.json", {"a", Remove{}}), R"({"flags": {}})");
}

}  // namespace
}  // namespace trunkline::flags
