#include "flags/change/edit.h"

#include <gtest/gtest.h>

#include "flags/change/diff.h"

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
  return edited ? unified_diff(name, text, edited->text) : to_string(edited.error());
}

Edit set(const char* key, const char* variant) {
  return {Edit::Kind::set_default, key, variant};
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
  EXPECT_EQ(diff(kYaml, "f.yaml", {Edit::Kind::set_state, "a", "", false}), R"(--- a/f.yaml
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
  const auto toggled = apply_edit(kYaml, "f.yaml", {Edit::Kind::toggle, "a"}).value();
  EXPECT_EQ(toggled.from, "off");
  EXPECT_EQ(toggled.to, "on");
  // Older readers of YAML take a plain `on` for true.
  EXPECT_NE(toggled.text.find("    defaultVariant: \"on\"   # keep me\n"), std::string::npos);
}

TEST(Edit, AddsAMissingDefaultToYamlInEitherForm) {
  const auto block = apply_edit(kYaml, "f.yaml", set("b", "yes")).value().text;
  EXPECT_NE(block.find("\n\n    defaultVariant: \"yes\"\n    variants:\n      x: 1\n"), std::string::npos) << block;
  const auto flow = apply_edit(kYaml, "f.yaml", set("c", "x")).value().text;
  EXPECT_NE(flow.find("  c: {state: ENABLED, defaultVariant: x, variants: {x: 1}}\n"), std::string::npos) << flow;
}

TEST(Edit, ChangesNothingWhereTheValueIsThereAlready) {
  EXPECT_EQ(apply_edit(kJson, "f.json", set("a", "off"))->text, kJson);
}

TEST(Edit, NamesWhatIsNotThere) {
  EXPECT_EQ(diff(kJson, "f.json", set("aa", "on")), "f.json: no flag \"aa\", did you mean \"a\"?");
  EXPECT_EQ(diff(kJson, "f.json", set("a", "blue")), "f.json: flag \"a\" has no variant \"blue\", only on, off");
  EXPECT_EQ(diff(kJson, "f.json", {Edit::Kind::toggle, "b"}),
            "f.json: flag \"b\" cannot be toggled: expected two boolean variants and a default");
}

TEST(Edit, RefusesAValueThatAnAliasShares) {
  constexpr std::string_view kShared =
      "flags:\n  a: &a\n    state: ENABLED\n    variants: {x: 1, y: 2}\n    defaultVariant: x\n  b: *a\n";
  EXPECT_NE(diff(kShared, "f.yaml", set("b", "y")).find("cannot be changed in place"), std::string::npos);
}

}  // namespace
}  // namespace trunkline::flags
