#include "flags/lint/lint.h"

#include <gtest/gtest.h>

#include "base/core/json.h"
#include "flags/definition/operators.h"
#include "flags/lint/format.h"
#include "flags/lint/schema.h"

namespace trunkline::flags {
namespace {

std::vector<std::string> findings(std::string_view text, std::string_view name = "f.json") {
  std::vector<std::string> lines;
  for (const Finding& finding : lint(text, name)) lines.push_back(to_string(finding));
  return lines;
}

// Of one flag with good lifecycle metadata and the members given, without the places.
std::vector<std::string> of_flag(const std::string& members) {
  const std::string text = R"({"flags": {"a": {"metadata": {"owner": "web", "kind": "ops"}, )" + members + "}}}";
  std::vector<std::string> lines;
  for (const Finding& finding : lint(text, "f.json")) {
    lines.push_back(std::string(to_string(finding.severity)) + " " + std::string(finding.rule) + " " + finding.message);
  }
  return lines;
}

std::vector<std::string> of_rule(const std::string& rule) {
  return of_flag(
      R"("state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": )" + rule);
}

using Lines = std::vector<std::string>;

TEST(Lint, SaysNothingOfAGoodFile) {
  EXPECT_EQ(findings(R"({"$schema": "https://flagd.dev/schema/v0/flags.json", "metadata": {"owner": "web"}, "flags": {
    "a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
          "targeting": {"if": [{"$ref": "staff"}, "on", null]}, "metadata": {"kind": "release", "expires": "2027-06-30"}}},
    "$evaluators": {"staff": {"ends_with": [{"var": "email"}, "@example.org"]}}})"),
            Lines{});
}

TEST(Lint, ShowsAllFindingsAtOnceByPlace) {
  EXPECT_EQ(
      findings(
          "{\n  \"flgs\": 1,\n  \"flags\": {\n    \"a\": {\"state\": \"on\", \"variants\": {}},\n    \"b\": 5\n  }\n}"),
      (Lines{"f.json:2:3: warning: flgs: nothing reads a member of this name, did you mean \"flags\"? [unknown-member]",
             "f.json:4:5: warning: flags.a: metadata.kind is missing [missing-kind]",
             "f.json:4:5: warning: flags.a: metadata.owner is missing [missing-owner]",
             "f.json:4:5: warning: flags.a: the flag has no variants [no-variants]",
             "f.json:4:20: error: flags.a.state: expected ENABLED or DISABLED [state]",
             "f.json:5:10: error: flags.b: expected an object [flag-type]"}));
}

TEST(Lint, TakesBrokenSyntaxForAFinding) {
  EXPECT_EQ(findings("{\"flags\": {}"), Lines{"f.json:1:13: error: the JSON text ends too early [syntax]"});
  EXPECT_EQ(findings("flags: {}\nflags: {}\nx: 1\nx: 2\n", "f.yaml"),
            (Lines{"f.yaml:2:1: error: the key \"flags\" stands twice in one mapping (first on line 1) [syntax]",
                   "f.yaml:4:1: error: the key \"x\" stands twice in one mapping (first on line 3) [syntax]"}));
  EXPECT_EQ(findings("[]", "f.json").size(), 1u);
}

TEST(Lint, WarnsOfWordsThatOlderYamlTakesForBooleans) {
  EXPECT_EQ(findings("flags:\n  a:\n    state: ENABLED\n    variants: {on: 1, 'off': 2}\n    defaultVariant: Off\n"
                     "    metadata: {owner: web, kind: ops}\n",
                     "f.yaml"),
            (Lines{"f.yaml:4:16: warning: on is a boolean for readers of YAML 1.1; write \"on\" [yaml-boolean]",
                   "f.yaml:5:21: error: flags.a.defaultVariant: \"Off\" is none of the variants, did you mean \"off\"? "
                   "[unknown-default-variant]",
                   "f.yaml:5:21: warning: Off is a boolean for readers of YAML 1.1; write \"Off\" [yaml-boolean]"}));
}

TEST(Lint, FindsPlacesInYamlAndInArrays) {
  EXPECT_EQ(
      findings("flags:\n- key: a\n  state: ENABLED\n  variants: {x: 1, z: t}\n  owner: me\n"
               "  metadata: {owner: web, kind: ops}\n- state: ENABLED\n",
               "f.yaml"),
      (Lines{"f.yaml:4:23: error: flags.0.variants.z: expected a number, as the first variant is [mixed-variants]",
             "f.yaml:5:3: warning: flags.0.owner: nothing reads a member of this name [unknown-member]",
             "f.yaml:7:3: error: flags.1: expected an object with a member \"key\", the name of the flag "
             "[flag-key]"}));
}

TEST(Lint, WantsToKnowWhoAnswersForAFlagAndWhenItEnds) {
  const auto with = [](const std::string& metadata) {
    Lines rules;
    for (const Finding& finding :
         lint(R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "metadata": )" + metadata + "}}}",
              "f.json")) {
      rules.emplace_back(finding.rule);
    }
    return rules;
  };
  EXPECT_EQ(with(R"({"owner": "web", "kind": "permission"})"), Lines{});
  EXPECT_EQ(with(R"({"owner": "web", "kind": "experiment"})"), Lines{"missing-expires"});
  EXPECT_EQ(with(R"({"owner": "web", "kind": "experiment", "expires": "2028-02-29"})"), Lines{});
  EXPECT_EQ(with(R"({"owner": "web", "kind": "ops", "expires": "2027-02-29"})"), Lines{"expires"});
  EXPECT_EQ(with(R"({"owner": "web", "kind": "ops", "expires": 2027})"), Lines{"expires"});
  EXPECT_EQ(with(R"({"owner": 5, "kind": "temporary", "x": []})"), (Lines{"member-type", "kind", "metadata-value"}));
}

TEST(Lint, HoldsVariantsAndRuleTogether) {
  EXPECT_EQ(
      of_rule(R"({"if": [{"var": "x"}, "onn", "off"]})"),
      (Lines{"warning unreachable-variant flags.a.variants.on: neither the default nor any result of the rule",
             "error unknown-variant flags.a.targeting.if.1: \"onn\" is none of the variants, did you mean \"on\"?"}));
  EXPECT_EQ(of_rule(R"({"if": [{"var": "x"}, {"var": "y"}, "off"]})"), Lines{}) << "who knows what y says";
  EXPECT_EQ(
      of_rule(R"({"fractional": [["on", 10], ["of", 90]]})"),
      Lines{"error unknown-variant flags.a.targeting.fractional.1.0: \"of\" is none of the variants, did you mean "
            "\"on\"?"});
  EXPECT_EQ(of_rule(R"({"or": [{"and": [{"var": "x"}, "on"]}, null]})"), Lines{});
  EXPECT_EQ(of_flag(R"("state": "ENABLED", "variants": {"x": 1, "y": [1]}, "defaultVariant": "z")").size(), 2u);
}

TEST(Lint, KnowsWhatEachOperatorTakes) {
  const auto one = [](const std::string& rule) {
    const Lines lines = of_rule(R"({"if": [)" + rule + R"(, "on", "off"]})");
    EXPECT_LE(lines.size(), 1u) << rule;
    return lines.empty() ? std::string() : lines[0];
  };
  EXPECT_EQ(one(R"({"starts_with": [{"var": "x"}]})"),
            "warning argument-count flags.a.targeting.if.0.starts_with: starts_with takes 2 arguments, got 1");
  EXPECT_EQ(one(R"({"<": [1]})"), "warning argument-count flags.a.targeting.if.0.<: < takes 2 to 3 arguments, got 1");
  EXPECT_EQ(one(R"({"!": {"var": "x"}})"), "");
  EXPECT_EQ(one(R"({"sem_ver": [{"var": "v"}, "=>", "1.2.3"]})"),
            "error sem-ver flags.a.targeting.if.0.sem_ver.1: expected one of = != < <= > >= ~ ^; the result is always "
            "null");
  EXPECT_EQ(one(R"({"sem_ver": [{"var": "v"}, ">", "1.x"]})"),
            "error sem-ver flags.a.targeting.if.0.sem_ver.2: expected a semantic version such as 1.2.3; the result is "
            "always null");
  EXPECT_NE(one(R"({"==": [{"var": "id"}, 9007199254740993]})").find("warning imprecise-integer"), std::string::npos);
  EXPECT_EQ(one(R"({"in": [{"var": "id"}, [1, 2]]})"), "");
}

TEST(Lint, TellsOfWhatIsNotWhatItLooksLike) {
  EXPECT_EQ(
      of_rule(R"({"if": [{"==": [1, 1], "<": [1, 2]}, "on", "off"]})"),
      Lines{"warning several-operators flags.a.targeting.if.0: an object with 2 members is data: == is no operation "
            "in it"});
  EXPECT_EQ(of_flag(R"("state": "ENABLED", "variants": {"x": 123456789012345678901234567890}, "defaultVariant": "x")"),
            Lines{"warning imprecise-integer flags.a.variants.x: an integer beyond 64 bits is rounded, to "
                  "1.2345678901234568e+29"});
}

TEST(Lint, KeepsControlCharactersOutOfItsLines) {
  EXPECT_EQ(to_string(Finding{Severity::error, "flag-key", {"f.json", 1, 2}, "flags.a\n\x1b[31m: wrong"}),
            "f.json:1:2: error: flags.a\\x0a\\x1b[31m: wrong [flag-key]");
}

TEST(Lint, AddsUpWeights) {
  const auto one = [](const std::string& buckets) {
    const Lines lines = of_rule(R"({"fractional": [)" + buckets + "]}");
    return lines.empty() ? std::string() : lines[0];
  };
  EXPECT_EQ(
      one(R"(["on", 0], ["off", 0])"),
      "error fractional-weights flags.a.targeting.fractional: the weights sum up to 0; the result is always null");
  EXPECT_EQ(
      one(R"(["on", 1.5], ["off", 1])"),
      "error fractional-weights flags.a.targeting.fractional.0.1: expected an integer; the result is always null");
  EXPECT_EQ(one(R"(["on", -1], ["off", 1])"),
            "warning fractional-weights flags.a.targeting.fractional.0.1: a negative weight counts as 0");
  EXPECT_EQ(one(R"(["on", 2147483647], ["off", 1])"),
            "error fractional-weights flags.a.targeting.fractional: the weights sum up to more than 2147483647; the "
            "result is always null");
  EXPECT_EQ(one(R"(["on", 1, 2], ["off", 1])"),
            "error fractional-weights flags.a.targeting.fractional.0: expected a bucket [variant, weight]; the result "
            "is always null");
  EXPECT_EQ(one(R"({"var": "email"}, ["on", {"var": "w"}], ["off"])"), "");
}

TEST(Lint, BoundsItsFindings) {
  std::string text = "{\"flags\": {";
  for (int i = 0; i < 5000; ++i) text += (i == 0 ? "\"k" : ", \"k") + std::to_string(i) + "\": 1";
  EXPECT_EQ(lint(text + "}}", "f.json").size(), 1000u);
}

TEST(Schema, ComesFromTheTablesOfTheLint) {
  const base::Json schema = flag_file_schema();
  const base::Json& definitions = schema.at("definitions");
  for (const Operator& known : operators()) {
    EXPECT_EQ(definitions.at("rule").at("properties").at(known.name).at("description"),
              boost::json::string_view(known.summary));
  }
  for (const Member& member : flag_members()) {
    EXPECT_NE(base::find(definitions.at("flag").at("properties"), member.name), nullptr) << member.name;
  }
  for (const Member& member : lifecycle_members()) {
    EXPECT_NE(base::find(definitions.at("metadata").at("properties"), member.name), nullptr) << member.name;
  }
  EXPECT_EQ(base::to_text(definitions.at("flag").at("required")), R"(["state","variants"])");
}

TEST(Format, KnowsTheCalendar) {
  for (const char* good : {"2026-01-31", "2028-02-29", "0001-12-01"}) EXPECT_TRUE(is_date(good)) << good;
  for (const char* bad :
       {"", "2026-1-31", "2026-02-29", "2026-13-01", "2026-00-10", "20260131", "2026-01-3x", "2026-01-31 "})
    EXPECT_FALSE(is_date(bad)) << bad;
}

}  // namespace
}  // namespace trunkline::flags
