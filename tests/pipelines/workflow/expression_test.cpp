#include "pipelines/workflow/expression.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace trunkline::pipelines {
namespace {

std::string tree(std::string_view text) {
  const auto parsed = parse_expression(text);
  return parsed ? to_string(*parsed) : fmt::format("{}: {}", parsed.error().offset, parsed.error().message);
}

std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(Expression, BindsFromGroupsDownToOr) {
  EXPECT_EQ(tree("a || b && c"), "(|| a (&& b c))");
  EXPECT_EQ(tree("a && b || c && d"), "(|| (&& a b) (&& c d))");
  EXPECT_EQ(tree("a == b && c != d"), "(&& (== a b) (!= c d))");
  EXPECT_EQ(tree("a < b == c >= d"), "(== (< a b) (>= c d))");
  EXPECT_EQ(tree("!a == b"), "(== (! a) b)");
  EXPECT_EQ(tree("!a.b[0]"), "(! ([] (. a b) 0))");
  EXPECT_EQ(tree("!!a"), "(! (! a))");
  EXPECT_EQ(tree("(a || b) && c"), "(&& (|| a b) c)");
  EXPECT_EQ(tree("a == b == c"), "(== (== a b) c)");
  EXPECT_EQ(tree("a < b <= c > d"), "(> (<= (< a b) c) d)");
}

TEST(Expression, MakesOneNodeOfAChain) {
  EXPECT_EQ(tree("a || b || c"), "(|| a b c)");
  EXPECT_EQ(tree("a && b && c && d"), "(&& a b c d)");
  EXPECT_TRUE(parse_expression(repeat("a && ", 1000) + "a"));
}

TEST(Expression, ReadsStringsInSingleQuotes) {
  EXPECT_EQ(parse_expression("'it''s'")->text, "it's");
  EXPECT_EQ(parse_expression("''")->text, "");
  EXPECT_EQ(parse_expression("''''")->text, "'");
  EXPECT_EQ(parse_expression("'a\"}}b'")->text, "a\"}}b");
  EXPECT_EQ(tree("'open"), "0: this string has no closing '");
  EXPECT_EQ(tree("'open''"), "0: this string has no closing '");
  EXPECT_EQ(tree("a == \"b\""), "5: strings are written in '...', not in \"...\"");
}

TEST(Expression, ReadsNumbersAsJavaScriptDoes) {
  EXPECT_EQ(tree("[0]"), "0: expected a value, got \"[\"");
  EXPECT_EQ(tree("0"), "0");
  EXPECT_EQ(tree("-9.25"), "-9.25");
  EXPECT_EQ(tree("+7"), "7");
  EXPECT_EQ(tree(".5"), "0.5");
  EXPECT_EQ(tree("5."), "5");
  EXPECT_EQ(tree("0xFf"), "255");
  EXPECT_EQ(tree("0xffffffff"), "-1");
  EXPECT_EQ(tree("0o17"), "15");
  EXPECT_EQ(tree("-2.99e-2"), "-0.0299");
  EXPECT_EQ(tree("1e3"), "1000");
  EXPECT_EQ(tree("1e999"), "inf");
  EXPECT_EQ(tree("-Infinity"), "-inf");
  EXPECT_EQ(tree("a == NaN"), "(== a nan)");
  for (const char* wrong : {"0x", "0xg", "0o8", "1e", "1x", "1.2.3", "0x1ffffffff"}) {
    EXPECT_EQ(tree(wrong), fmt::format("0: \"{}\" is no number", wrong));
  }
  for (const char* wrong : {"+", "-", "--1", "-inf", "-nan", "-a"}) {
    EXPECT_EQ(tree(wrong), fmt::format("0: \"{}\" is no number (there is no arithmetic)", wrong));
  }
}

TEST(Expression, TakesADashAsPartOfAName) {
  EXPECT_EQ(tree("a-b"), "a-b");
  EXPECT_EQ(tree("steps.a-b.outputs._c-1"), "(. (. (. steps a-b) outputs) _c-1)");
  EXPECT_EQ(tree("a - b"), "2: \"-\" is no number (there is no arithmetic)");
  EXPECT_EQ(tree("a -1"), "2: expected an operator or the end, got \"-1\"");
}

TEST(Expression, KeepsKeywordsCaseSensitive) {
  EXPECT_EQ(parse_expression("true")->kind, ExpressionKind::boolean);
  EXPECT_EQ(parse_expression("null")->kind, ExpressionKind::null);
  EXPECT_EQ(parse_expression("True")->kind, ExpressionKind::context);
  EXPECT_EQ(parse_expression("NULL")->kind, ExpressionKind::context);
  EXPECT_EQ(tree("a.true"), "(. a true)");
}

TEST(Expression, SelectsFiltersAndCalls) {
  EXPECT_EQ(tree("github.event.*.name"), "(. (.* (. github event)) name)");
  EXPECT_EQ(tree("a[*].b['c d']"), "([] (. (.* a) b) 'c d')");
  EXPECT_EQ(tree("f()"), "(f)");
  EXPECT_EQ(tree("f(a, 1, g('x'))[0]"), "([] (f a 1 (g 'x')) 0)");
  EXPECT_EQ(tree("f(a,)"), "4: expected a value, got \")\"");
  EXPECT_EQ(tree("f(a b)"), "4: expected , or ), got \"b\"");
  EXPECT_EQ(tree("f(,a)"), "2: expected a value, got \",\"");
  EXPECT_EQ(tree("a."), "2: expected a name or * behind the dot, got the end");
  EXPECT_EQ(tree("a.1"), "2: expected a name or * behind the dot, got \"1\"");
  EXPECT_EQ(tree("a[1"), "3: expected ], got the end");
  EXPECT_EQ(tree("a[]"), "2: expected a value, got \"]\"");
}

TEST(Expression, SaysWhereItBreaks) {
  EXPECT_EQ(tree(""), "0: expected an expression, got the end");
  EXPECT_EQ(tree(" \n "), "3: expected an expression, got the end");
  EXPECT_EQ(tree("a ="), "2: expected ==, got a single =");
  EXPECT_EQ(tree("a & b"), "2: expected &&, got a single &");
  EXPECT_EQ(tree("a ? b"), "2: unexpected character ?");
  EXPECT_EQ(tree("\xc3\xa9"), "0: unexpected character (byte 0xC3)");
  EXPECT_EQ(tree("(a"), "2: expected ), got the end");
  EXPECT_EQ(tree("a)"), "1: expected an operator or the end, got \")\"");
}

TEST(Expression, TakesFiftyLevelsAtMost) {
  const std::string refused = "nested deeper than the 50 levels that GitHub takes";
  EXPECT_TRUE(parse_expression(repeat("!", 49) + "a"));
  EXPECT_EQ(parse_expression(repeat("!", 50) + "a").error().message, refused);
  EXPECT_TRUE(parse_expression("a" + repeat(".b", 49)));
  EXPECT_EQ(parse_expression("a" + repeat(".b", 50)).error().message, refused);
  EXPECT_EQ(parse_expression("a" + repeat(" == b", 50)).error().message, refused);
  EXPECT_EQ(parse_expression(repeat("f(", 6000) + repeat(")", 6000)).error().message, refused);
  EXPECT_EQ(parse_expression(repeat("(", 20'000)).error().message, refused);
  EXPECT_EQ(parse_expression(repeat("a[", 10'000)).error().message, refused);
}

TEST(Expression, TakesTwentyOneThousandCharactersAtMost) {
  EXPECT_TRUE(parse_expression("'" + std::string(20'998, 'x') + "'"));
  EXPECT_EQ(tree("'" + std::string(20'999, 'x') + "'"), "0: longer than the 21000 characters that GitHub takes");
}

TEST(Expression, IgnoresTheCaseOfNames) {
  EXPECT_TRUE(check_names(*parse_expression("GitHub.ref == TOJSON(Needs) || Hashfiles('a')")).empty());
  const auto errors = check_names(*parse_expression("sucess() && gihub.ref && case(true, 1)"));
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].message, "unknown function \"sucess\", did you mean \"success\"?");
  EXPECT_FALSE(errors[0].unknown_context);
  EXPECT_EQ(errors[1].message, "unknown context \"gihub\", did you mean \"github\"?");
  EXPECT_TRUE(errors[1].unknown_context);
  EXPECT_EQ(errors[2].message, "case takes at least 3 arguments, got 2");
}

}  // namespace
}  // namespace trunkline::pipelines
