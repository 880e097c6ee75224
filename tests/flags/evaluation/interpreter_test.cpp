#include <gtest/gtest.h>
#include <random>

#include "flags/evaluation/rule_engine.h"
#include "tests/flags/evaluation/plain_interpreter.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;

const Json kData =
    base::parse_json(R"({"a": 1, "b": "x", "n": 3.5, "s": "hello", "l": [1, 2, 3], "o": {"x": 1, "y": {"z": "deep"}},
  "nul": null, "e": "", "t": true, "list": [{"x": 1}, {"x": 2}, {"y": 3}], "num": "12abc"})")
        .value();

// Draws rules that use every operator with few and many arguments.
class Drawer {
 public:
  explicit Drawer(uint32_t seed) : random_(seed) {}

  Json rule(int depth) {
    if (depth == 0 || chance(15)) return chance(50) ? scalar() : JsonObject{{"var", name()}};
    static const std::vector<std::string> kOperators = {
        "==",  "!=",     "===", "!==",  "<",    "<=",     ">",       ">=",           "in",    "+", "-",  "*",
        "/",   "%",      "cat", "and",  "or",   "if",     "?:",      "substr",       "merge", "!", "!!", "log",
        "map", "filter", "all", "none", "some", "reduce", "missing", "missing_some", "var"};
    const std::string op = kOperators[below(kOperators.size())];
    JsonArray arguments;
    // * of nothing is an error, and of no operands undefined, both of which JSON and so the interpreter do not know.
    const bool needs_one = op == "*" || op == "and" || op == "or" || op == "log";
    const size_t count = std::max<size_t>(below(5), needs_one ? 1 : 0);
    for (size_t i = 0; i < count; ++i) arguments.push_back(rule(depth - 1));
    const bool bare = count == 1 && chance(30) && !arguments[0].is_array();
    return JsonObject{{op, bare ? arguments[0] : Json(std::move(arguments))}};
  }

 private:
  size_t below(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random_); }
  bool chance(int percent) { return below(100) < static_cast<size_t>(percent); }
  Json scalar() {
    static const Json kScalars =
        base::parse_json(
            R"([0, 1, 2, -1, 3.5, 1e21, 0.000001, "", "a", "abc", "1", "0", " 3 ", "3abc", "0x10", true, false, null, [], [1],
            ["a", "b"], [[1, 2], 3], "Infinity", "-5"])")
            .value();
    return kScalars.at(below(kScalars.as_array().size()));
  }
  Json name() {
    static const Json kNames =
        base::parse_json(
            R"(["a", "b", "n", "s", "l", "o", "o.x", "o.y.z", "l.0", "l.length", "s.1", "s.length", "gone", "gone.x", "nul", "",
            "l.01", 1, null, "e", "t", "list", "num", "current", "accumulator", "current.x", "x"])")
            .value();
    return kNames.at(below(kNames.as_array().size()));
  }

  std::mt19937 random_;
};

// Two collections are equal only if they are the same one, and an interpreter that copies has no "same one".
bool compares_collections(const Json& rule) {
  const std::string text = base::to_text(rule);
  for (const char* op : {"\"==\"", "\"!=\"", "\"===\"", "\"!==\"", "\"in\""}) {
    if (text.find(op) == std::string::npos) continue;
    if (text.find("{\"var\"") != std::string::npos || text.find("\"merge\"") != std::string::npos) return true;
  }
  return false;
}

TEST(RuleEngine, GivesWhatAPlainInterpreterGives) {
  int compared = 0;
  for (uint32_t seed = 1; seed <= 6'000; ++seed) {
    const Json rule = Drawer(seed).rule(4);
    if (compares_collections(rule)) continue;
    const auto compiled = compile_rule(rule);
    ASSERT_TRUE(compiled) << base::to_text(rule) << compiled.error().message;
    const EvaluationContext context{};
    RuleEngine engine("flag", context, {});
    const Json got = to_json(engine.run_on(*compiled, kData));
    ASSERT_EQ(engine.failure(), nullptr) << seed;
    ASSERT_EQ(base::to_text(got), base::to_text(interpret(rule, kData)))
        << "seed " << seed << ": " << base::to_text(rule);
    ++compared;
  }
  EXPECT_GT(compared, 1'500);
}

}  // namespace
}  // namespace trunkline::flags
