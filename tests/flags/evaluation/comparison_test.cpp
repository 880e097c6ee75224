#include "flags/evaluation/comparison.h"

#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

std::vector<std::string> changes(std::string_view before, std::string_view after) {
  const FlagSet a = parse_json_flag_set(before, "a.json").value();
  const FlagSet b = parse_json_flag_set(after, "b.json").value();
  std::vector<EvaluationContext> contexts(1000);
  for (size_t i = 0; i < contexts.size(); ++i) contexts[i].targeting_key = "user-" + std::to_string(i);
  std::vector<std::string> lines;
  for (const VariantChange& change : compare(a, b, contexts, {})) {
    lines.push_back(change.key + ": " + change.from + " -> " + change.to + ": " +
                    std::to_string(change.contexts.size()));
  }
  return lines;
}

std::string flag(const std::string& key, const std::string& state, const std::string& variants,
                 const std::string& rule) {
  return "\"" + key + R"(": {"state": ")" + state + R"(", "variants": )" + variants +
         R"(, "defaultVariant": "a", "targeting": )" + rule + "}";
}

std::string set(const std::string& flags) {
  return "{\"flags\": {" + flags + "}}";
}

using Lines = std::vector<std::string>;
const char* const kTwo = R"({"a": 1, "b": 2})";

TEST(Comparison, CountsWhoChangesVariant) {
  const std::string before = set(flag("f", "ENABLED", kTwo, R"({"fractional": [["a", 90], ["b", 10]]})"));
  EXPECT_EQ(changes(before, before), Lines{});
  const Lines grown = changes(before, set(flag("f", "ENABLED", kTwo, R"({"fractional": [["a", 50], ["b", 50]]})")));
  ASSERT_EQ(grown.size(), 1u) << "nobody leaves b";
  EXPECT_EQ(grown[0].substr(0, 11), "f: a -> b: ");
  EXPECT_NEAR(std::stoi(grown[0].substr(11)), 400, 60);
}

TEST(Comparison, NamesAnswersWithoutAVariant) {
  const std::string before = set(flag("f", "ENABLED", kTwo, "{}") + "," + flag("g", "ENABLED", kTwo, "{}"));
  EXPECT_EQ(changes(before, set(flag("f", "DISABLED", kTwo, "{}") + "," + flag("h", "ENABLED", kTwo, "{}"))),
            (Lines{"f: a -> (disabled): 1000", "g: a -> (absent): 1000", "h: (absent) -> a: 1000"}));
  EXPECT_EQ(
      changes(before, set(flag("f", "ENABLED", kTwo, R"({"cast": 1})") + "," + flag("g", "ENABLED", kTwo, "null"))),
      Lines{"f: a -> (error): 1000"});
}

TEST(Comparison, SeesAVariantThatHasAnotherValue) {
  EXPECT_EQ(changes(set(flag("f", "ENABLED", kTwo, "{}")), set(flag("f", "ENABLED", R"({"a": 7})", "{}"))),
            Lines{"f: a = 1 -> a = 7: 1000"});
}

}  // namespace
}  // namespace trunkline::flags
