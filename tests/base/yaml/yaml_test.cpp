#include "base/yaml/yaml.h"

#include <cmath>
#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

std::string refusal(std::string_view text, YamlLimits limits = {}) {
  const auto result = parse_yaml(text, "f.yaml", limits);
  return result ? "accepted" : to_string(result.error());
}

YamlNode parsed(std::string_view text) {
  auto result = parse_yaml(text, "f.yaml");
  EXPECT_TRUE(result) << to_string(result.error());
  return result ? *std::move(result) : YamlNode{};
}

TEST(Yaml, KnowsWhereKeysAndValuesStand) {
  const YamlNode root = parsed("name: demo\nsteps:\n  - bake: '10m'\n");
  const YamlMember& steps = root.members.at(1);
  EXPECT_EQ(steps.key.start, (Position{2, 1}));
  const YamlMember& bake = steps.value.items.at(0).members.at(0);
  EXPECT_EQ(bake.key.start, (Position{3, 5}));
  EXPECT_EQ(bake.value.start, (Position{3, 11}));
  EXPECT_EQ(bake.value.end, (Position{3, 16}));
  EXPECT_EQ(bake.value.style, YamlStyle::single_quoted);
}

TEST(Yaml, CountsColumnsInBytesAlsoBehindUmlautsAndAByteOrderMark) {
  EXPECT_EQ(parsed("{ä: 1, b: 2}").find_member("b")->key.start, (Position{1, 9}));
  EXPECT_EQ(parsed("\xEF\xBB\xBF"
                   "a: 1")
                .find("a")
                ->start,
            (Position{1, 7}));
  EXPECT_EQ(parsed("a: 1\r\nb: 2\r\n").find("b")->start, (Position{2, 4}));
}

TEST(Yaml, KeepsTheStyleOfScalars) {
  const YamlNode root = parsed("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >\n  x\n");
  EXPECT_EQ(root.find("a")->style, YamlStyle::plain);
  EXPECT_EQ(root.find("c")->style, YamlStyle::double_quoted);
  EXPECT_EQ(root.find("d")->style, YamlStyle::literal);
  EXPECT_EQ(root.find("e")->style, YamlStyle::folded);
  EXPECT_EQ(root.find("d")->text, "x\n");
}

TEST(Yaml, ReadsPlainScalarsByTheCoreSchema) {
  const auto json = [](std::string_view text) { return to_text(to_json(parsed(text))); };
  EXPECT_EQ(json("[true, False, yes, on, null, ~, '', 'true']"), R"([true,false,"yes","on",null,null,"","true"])");
  EXPECT_EQ(json("[1, -7, +3, 0o17, 0x1F, 010, 1_000]"), R"([1,-7,3,15,31,10,"1_000"])");
  EXPECT_EQ(json("[9007199254740993, 18446744073709551615]"), "[9007199254740993,18446744073709551615]");
  EXPECT_EQ(json("[.5, 2., 1e3, .inf, 1.2.3, 0x, -]"), R"([0.5,2.0,1000.0,".inf","1.2.3","0x","-"])");
  EXPECT_EQ(json(""), "null");
  EXPECT_TRUE(std::isnan(*parsed(".nan").as_double()));
  EXPECT_EQ(parsed("-.inf").as_double(), -HUGE_VAL);
  EXPECT_EQ(parsed("'12'").as_int(), std::nullopt);
}

TEST(Yaml, ShowsEveryDuplicateKeyAndKeepsTheFirst) {
  const YamlDocument document = parse_yaml_collect("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", "f.yaml");
  ASSERT_EQ(document.errors.size(), 2u);
  EXPECT_EQ(to_string(document.errors[0]), "f.yaml:4:3: the key \"c\" stands twice in one mapping (first on line 3)");
  EXPECT_EQ(to_string(document.errors[1]), "f.yaml:5:1: the key \"a\" stands twice in one mapping (first on line 1)");
  EXPECT_EQ(to_text(to_json(*document.root)), R"({"a":1,"b":{"c":1}})");
  EXPECT_EQ(refusal("a: 1\na: 2"), "f.yaml:2:1: the key \"a\" stands twice in one mapping (first on line 1)");
}

TEST(Yaml, ReplacesAliasesByWhatTheyName) {
  EXPECT_EQ(to_text(to_json(parsed("a: &x [1, 2]\nb: *x\n"))), R"({"a":[1,2],"b":[1,2]})");
  EXPECT_EQ(refusal("a: *x"), "f.yaml:1:4: unknown anchor *x");
  EXPECT_EQ(refusal("a: &x [*x]"), "f.yaml:1:8: unknown anchor *x");
  EXPECT_EQ(refusal("a: &x {b: 1}\nc:\n  <<: *x\n"), "f.yaml:3:3: merge keys (<<) are not supported");
}

TEST(Yaml, BoundsAliasesAndWhatTheyGrowInto) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += "*a" + std::to_string(i - 1) + ", ";
    bomb += "]\n";
  }
  EXPECT_NE(refusal(bomb).find("more than 500000 values"), std::string::npos);
  EXPECT_EQ(refusal("a: &x 1\nb: [*x, *x, *x]", {.max_aliases = 2}), "f.yaml:2:13: more than 2 aliases");
  EXPECT_NE(refusal("a: &x [[1]]\nb: [[*x]]", {.max_depth = 4}).find("nested deeper than 4"), std::string::npos);
}

TEST(Yaml, BoundsSizeAndDepth) {
  EXPECT_EQ(refusal("abcd", {.max_bytes = 3}), "f.yaml: 4 bytes of YAML are more than the 3 that are read");
  EXPECT_EQ(refusal(std::string(10'000, '[')), "f.yaml:1:51: nested deeper than 50 levels");
}

TEST(Yaml, RefusesWhatNoFileOfOursMayHold) {
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "f.yaml:2:1: expected one document, here begins a second one");
  EXPECT_EQ(refusal("a: \xff"), "f.yaml:1:4: invalid UTF-8");
  EXPECT_EQ(refusal("a: !!str 5"), "f.yaml:1:4: tags such as tag:yaml.org,2002:str are not supported");
  EXPECT_EQ(refusal("? [a, b]\n: 1\n"), "f.yaml:1:3: expected a plain key, not a collection");
  EXPECT_EQ(refusal("a:\n\tb: 1\n"),
            "f.yaml:2:1: broken YAML: a tab stands where spaces must indent (while scanning for the next token)");
  EXPECT_NE(refusal("a: [1, 2\nb: 3\n").find("f.yaml:2:2: broken YAML: "), std::string::npos);
  EXPECT_NE(refusal("a: \x01").find("f.yaml:1:4: broken YAML: control characters"), std::string::npos);
}

}  // namespace
}  // namespace trunkline::base
