#include "flags/examples/examples.h"

#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

constexpr base::WallTime kNow{base::Millis{1'700'000'000'000}};

const char* const kFlags = R"({"flags": {
  "tier": {"state": "ENABLED", "variants": {"a": 1, "b": 2.0}, "defaultVariant": "a",
           "targeting": {"if": [{"==": [{"var": "tier"}, "gold"]}, "b"]}},
  "night": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
            "targeting": {"if": [{">": [{"var": "$flagd.timestamp"}, 1800000000]}, "on"]}}}})";

std::vector<std::string> run(std::string_view examples) {
  const FlagSet set = parse_json_flag_set(kFlags, "f.json").value();
  const auto file = parse_examples(examples, "f.test.yaml");
  if (!file) return {to_string(file.error())};
  std::vector<std::string> lines;
  for (const Example& example : file->examples) {
    for (const std::string& failure : check(example, set, kNow)) {
      lines.push_back(to_string(example.where) + ": " + example.name + ": " + failure);
    }
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Examples, HoldWhereEveryExpectationDoes) {
  EXPECT_EQ(run(R"(
flags: f.json
tests:
  - {flag: tier, context: {tier: gold}, variant: b, value: 2, reason: TARGETING_MATCH}
  - {flag: tier, context: {targetingKey: ada}, variant: a, reason: DEFAULT}
  - {flag: gone, error_code: FLAG_NOT_FOUND}
  - {flag: night, variant: "off"}
  - {flag: night, at: "2027-06-01T00:00:00Z", variant: "on"}
)"),
            Lines{});
  EXPECT_EQ(parse_examples("flags: f.json\ntests: []\n", "t.yaml")->flags, "f.json");
}

TEST(Examples, SayWhatCameInstead) {
  EXPECT_EQ(run("tests:\n- flag: tier\n  name: all get b\n  variant: b\n  value: {x: 1}\n"),
            (Lines{"f.test.yaml:2:3: all get b: expected variant \"b\", got \"a\"",
                   "f.test.yaml:2:3: all get b: expected value {\"x\":1}, got 1"}));
  EXPECT_EQ(run("tests: [{flag: gone, variant: b}]"), Lines{"f.test.yaml:1:9: gone: expected variant \"b\", got none"});
}

TEST(Examples, RefuseWhatTheyDoNotKnow) {
  EXPECT_EQ(run("tests:\n- flag: a\n  varient: b\n"),
            Lines{"f.test.yaml:3:3: tests.0.varient: unknown member, did you mean \"variant\"?"});
  EXPECT_EQ(run("test: []\n"), Lines{"f.test.yaml:1:1: test: unknown member, did you mean \"tests\"?"});
  EXPECT_EQ(run("tests:\n- flag: a\n"),
            Lines{"f.test.yaml:2:3: tests.0: expected at least one of variant, value, reason and error_code"});
  EXPECT_EQ(run("tests:\n- flag: a\n  variant: true\n"),
            Lines{"f.test.yaml:3:12: tests.0.variant: expected a string; put it in quotes"});
  EXPECT_EQ(run("tests:\n- flag: a\n  variant: b\n  at: tomorrow\n"),
            Lines{"f.test.yaml:4:7: tests.0.at: expected a time such as 2027-01-31T00:00:00Z"});
  EXPECT_EQ(run("tests:\n- variant: b\n"),
            Lines{"f.test.yaml:2:3: tests.0: expected a member \"flag\", the key of the flag"});
  EXPECT_EQ(run("tests: 5\n"), Lines{"f.test.yaml:1:8: tests: expected a list of examples"});
}

}  // namespace
}  // namespace trunkline::flags
