#include "flags/references/key_finder.h"

#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

std::string found(std::string_view text, std::string_view path) {
  std::string out;
  for (const KeyUse& use : find_keys(text, language_of(path), KeySet({"new-page", "k", "größe"}))) {
    out += use.key + "@" + std::to_string(use.line) + ":" + std::to_string(use.column) + " ";
  }
  return out;
}

TEST(KeyFinder, FindsLiteralsThatAreExactlyAKey) {
  EXPECT_EQ(found("get(\"k\");\n  get(\"new-page\", \"kk\", \"\\\"k\");", "a.cpp"), "k@1:5 new-page@2:7 ");
  EXPECT_EQ(found("x = R\"(k)\" + R\"--(new-page)--\" + u8\"größe\" + LR\"(no)\";", "a.h"),
            "k@1:5 new-page@1:14 größe@1:34 ");
  EXPECT_EQ(found("flags.get(`k`, 'new-page')", "a.ts"), "k@1:11 new-page@1:16 ");
  EXPECT_EQ(found("get('k') + get(\"\"\"k\"\"\") + get(f'new-page')", "a.py"), "k@1:5 k@1:16 new-page@1:32 ");
  EXPECT_EQ(found("on: \"new-page\"\nkey: 'k'\n", "a.yaml"), "new-page@1:5 k@2:6 ");
  EXPECT_EQ(found("<p title='k'>don't say \"k\"</p>", "a.html"), "k@1:10 k@1:24 ");
}

TEST(KeyFinder, PassesOverComments) {
  EXPECT_EQ(found("// \"k\"\n/* \"k\"\n \"k\" */ \"k\"", "a.cpp"), "k@3:9 ");
  EXPECT_EQ(found("# 'k'\nx = 'k'  # \"k\"\ny = a['#'] + 'k'", "a.py"), "k@2:5 k@3:14 ");
  EXPECT_EQ(found("url = \"http://x\"; get(\"k\")", "a.go"), "k@1:23 ");
  EXPECT_EQ(found("\"k\" # \"k\"", "README.md"), "k@1:1 k@1:7 ");
}

TEST(KeyFinder, IsNotLedAstrayByQuotesThatAreNone) {
  EXPECT_EQ(found("int n = 1'000'000; char c = '\"'; get(\"k\");", "a.cpp"), "k@1:38 ");
  EXPECT_EQ(found("let s: &'static str = get(\"k\");", "a.rs"), "k@1:27 ");
  EXPECT_EQ(found("\"unended\nget(\"k\")", "a.cpp"), "k@2:5 ");
  EXPECT_EQ(found("\"k", "a.cpp"), "");
  EXPECT_EQ(found("\"k\\", "a.cpp"), "");
  EXPECT_EQ(found("", "a.cpp"), "");
}

// In more than one pass this would outlast the test's limit by far.
TEST(KeyFinder, GoesOverAMillionQuotesOnce) {
  const std::string text = std::string(1'000'000, '"') + "\n\"k\"";
  for (const char* path : {"a.cpp", "a.py", "a.txt", "a.go"}) {
    EXPECT_EQ(found(text, path).substr(0, 4), path == std::string("a.py") ? "" : "k@2:") << path;
  }
}

// One pass each, also over quotes that backslashes hide from one that never ends.
TEST(KeyFinder, EndsOnQuotesThatNeverEnd) {
  std::string hidden;
  while (hidden.size() < 4'000'000) hidden += "\\\"R\"x\\'";
  for (const std::string& text : {hidden, std::string(4'000'000, '`')}) {
    for (const char* path : {"a.cpp", "a.js", "a.py", "a.txt"}) EXPECT_EQ(found(text, path), "");
  }
}

}  // namespace
}  // namespace trunkline::flags
