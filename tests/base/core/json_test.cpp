#include "base/core/json.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

std::string refusal(std::string_view text, JsonLimits limits = {}) {
  const auto result = parse_json(text, "f.json", limits);
  return result ? "accepted" : to_string(result.error());
}

TEST(Json, KeepsIntegersExactAndMembersInOrder) {
  const auto value = parse_json(R"({"b": 9007199254740993, "a": [18446744073709551615, -1, 0.5, null, true, "é"]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(to_text(*value), R"({"b":9007199254740993,"a":[18446744073709551615,-1,0.5,null,true,"é"]})");
}

TEST(Json, RefusesAKeyThatStandsTwiceWithItsPlace) {
  EXPECT_EQ(refusal("{\"a\": 1,\n \"a\": 2}"), "f.json:2:4: the key \"a\" stands twice in one object");
}

TEST(Json, RefusesNumbersBeyondADouble) {
  EXPECT_NE(refusal("[1e999]").find("the number is too large"), std::string::npos);
  EXPECT_NE(refusal("[NaN]").find("broken JSON"), std::string::npos);
}

TEST(Json, RefusesTextAfterTheValueAndTextThatEndsEarly) {
  EXPECT_EQ(refusal("{} x"), "f.json:1:4: unexpected text after the JSON value");
  EXPECT_EQ(refusal("{\"a\": "), "f.json:1:7: the JSON text ends too early");
  EXPECT_EQ(refusal(""), "f.json:1:1: the JSON text ends too early");
}

TEST(Json, NamesWhatIsUnexpected) {
  EXPECT_EQ(refusal("{\"a\": NaN}"), "f.json:1:7: broken JSON: unexpected NaN");
  EXPECT_EQ(refusal("[1,]"), "f.json:1:4: broken JSON: unexpected ]");
  EXPECT_EQ(refusal("\xEF\xBB\xBF{}"), "f.json:1:1: broken JSON: a byte order mark; save the file without one");
}

TEST(Json, RefusesInvalidUtf8) {
  EXPECT_NE(refusal("[\"\xff\"]").find("f.json:1:"), std::string::npos);
}

TEST(Json, KeepsItsLimits) {
  EXPECT_NE(refusal(std::string(201, '[')).find("nested deeper than 200"), std::string::npos);
  EXPECT_NE(refusal("[1,2,3]", {.max_bytes = 3}).find("7 bytes"), std::string::npos);
}

TEST(Json, ReadsAScalarAtTheTop) {
  EXPECT_EQ(*parse_json("12"), Json(12));
  EXPECT_EQ(*parse_json(" \"a\" "), Json("a"));
}

TEST(Json, PrintsForPeople) {
  EXPECT_EQ(to_pretty_text(*parse_json(R"({"a":[1,{}],"b":[]})")),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n");
}

TEST(Json, FindsMembers) {
  const Json value = *parse_json(R"({"a":"x","n":1})");
  EXPECT_EQ(string_or(value, "a"), "x");
  EXPECT_EQ(string_or(value, "n", "y"), "y");
  EXPECT_EQ(find(value, "zz"), nullptr);
  EXPECT_EQ(find(Json(1), "a"), nullptr);
}

TEST(Json, ReadsDoublesToTheLastBitAndPrintsTheShortestDigits) {
  const auto again = [](const char* text) { return to_text(parse_json(text).value()); };
  EXPECT_EQ(again("[0.1, 3.14, 1e300, -2.5E-3, 1e-7]"), "[0.1,3.14,1e+300,-0.0025,1e-07]");
  EXPECT_EQ(again("[10.0, 1E3]"), "[10.0,1000.0]") << "a double stays one when it is read again";
  EXPECT_EQ(parse_json("123456789012345680000")->as_double(), 123456789012345680000.0);
  EXPECT_EQ(parse_json("8.289940625e-05")->as_double(), 8.289940625e-05);
}

}  // namespace
}  // namespace trunkline::base
