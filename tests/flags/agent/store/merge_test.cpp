#include "flags/agent/store/merge.h"

#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

base::Json json(std::string_view text) {
  return base::parse_json(text).value();
}

TEST(Merge, TakesTheLaterOfTwoFlagsAndKeepsTheirOrder) {
  const auto merged = merge_documents(
      {json(R"({"flags": {"a": {"n": 1}, "b": {"n": 1}}})"), json(R"({"flags": {"c": {"n": 2}, "a": {"n": 2}}})")});
  EXPECT_EQ(base::to_text(merged), R"({"flags":{"a":{"n":2},"b":{"n":1},"c":{"n":2}}})");
}

TEST(Merge, KeepsADocumentsMetadataWithItsOwnFlags) {
  const auto merged =
      merge_documents({json(R"({"metadata": {"team": "x", "v": 1}, "flags": {"a": {"metadata": {"v": 2}}}})"),
                       json(R"({"flags": {"b": {}}})")});
  EXPECT_EQ(base::to_text(merged), R"({"flags":{"a":{"metadata":{"team":"x","v":2}},"b":{}}})");
}

TEST(Merge, KeepsTheSameKeyOfTwoFlagSets) {
  const auto merged = merge_documents({json(R"({"metadata": {"flagSetId": "x"}, "flags": {"a": {"n": 1}}})"),
                                       json(R"({"metadata": {"flagSetId": "y"}, "flags": [{"key": "a", "n": 2}]})")});
  EXPECT_EQ(
      base::to_text(merged),
      R"({"flags":[{"n":1,"metadata":{"flagSetId":"x"},"key":"a"},{"key":"a","n":2,"metadata":{"flagSetId":"y"}}]})");
}

TEST(Merge, GivesEvaluatorsOfTheSameNameTheirOwnWhereTheyDiffer) {
  const auto merged = merge_documents(
      {json(R"({"$evaluators": {"e": 1, "same": 3}, "flags": {"a": {"targeting": {"if": [{"$ref": "e"}]}}}})"),
       json(
           R"({"$evaluators": {"e": 2, "same": 3}, "flags": {"b": {"targeting": {"if": [{"$ref": "e"}, {"$ref": "same"}]}}}})")});
  EXPECT_EQ(base::to_text(merged),
            R"({"$evaluators":{"e":1,"same":3,"e#2":2},"flags":{"a":{"targeting":{"if":[{"$ref":"e"}]}},)"
            R"("b":{"targeting":{"if":[{"$ref":"e#2"},{"$ref":"same"}]}}}})");
}

TEST(Merge, LendsNoEvaluatorToADocumentThatLacksIt) {
  const auto merged =
      merge_documents({json(R"({"$evaluators": {"e": 1}, "flags": {"a": {"targeting": {"$ref": "e"}}}})"),
                       json(R"({"flags": {"b": {"targeting": {"$ref": "e"}}}})")});
  EXPECT_EQ(base::to_text(*base::find(merged, "flags")),
            R"({"a":{"targeting":{"$ref":"e"}},"b":{"targeting":{"$ref":"(nowhere) e"}}})");
}

TEST(Merge, LeavesOutItemsWithoutAKey) {
  const auto merged =
      merge_documents({json(R"({"flags": [{"n": 1}, {"key": "a", "n": 2}]})"), json(R"({"flags": {}})")});
  EXPECT_EQ(base::to_text(merged), R"({"flags":{"a":{"n":2}}})");
}

TEST(Merge, LeavesWhatIsNoFlagForTheReaderToReport) {
  const auto merged = merge_documents({json(R"({"flags": {"a": 7}})"), json(R"({"flags": {"b": {}}})")});
  EXPECT_EQ(base::to_text(merged), R"({"flags":{"a":7,"b":{}}})");
}

TEST(SelectFlagSets, LooksAtTheFlagsMetadataAndThenTheDocuments) {
  const auto document =
      json(R"({"metadata": {"flagSetId": "x"}, "flags": {"a": {}, "b": {"metadata": {"flagSetId": "y"}}}})");
  EXPECT_EQ(base::to_text(*base::find(select_flag_sets(document, {"x"}), "flags")), R"({"a":{}})");
  EXPECT_EQ(base::to_text(*base::find(select_flag_sets(document, {"y"}), "flags")),
            R"({"b":{"metadata":{"flagSetId":"y"}}})");
  EXPECT_EQ(base::to_text(*base::find(select_flag_sets(document, {""}), "flags")), "{}");
}

}  // namespace
}  // namespace trunkline::flags
