#include "flags/references/removal.h"

#include <cstdint>
#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

std::string removed(std::string_view text, const base::Json& value = true) {
  const Removal removal = remove_flag(text, "k", value);
  std::string out = removal.text;
  for (const LeftSite& left : removal.left) {
    out += std::to_string(left.line) + ":" + std::to_string(left.column) + ": " + left.reason + "\n";
  }
  return out;
}

TEST(Removal, KeepsTheBranchThatIsTaken) {
  constexpr std::string_view kText =
      "void f() {\n  a();\n  if (flags.get_bool(\"k\", ctx, false)) {\n    // new\n    b();\n    c();\n  } else {\n    "
      "old();\n"
      "  }\n  d();\n}\n";
  EXPECT_EQ(removed(kText), "void f() {\n  a();\n  // new\n  b();\n  c();\n  d();\n}\n");
  EXPECT_EQ(removed(kText, false), "void f() {\n  a();\n  old();\n  d();\n}\n");
}

TEST(Removal, TakesTheStatementOutWhereNothingIsLeft) {
  constexpr std::string_view kText =
      "void f() {\n  a();\n\n  if (!flags->get_bool(\"k\", {}, false)) {\n    b();\n  }\n\n  d();\n}\n";
  EXPECT_EQ(removed(kText), "void f() {\n  a();\n\n  d();\n}\n");
  EXPECT_EQ(removed(kText, false), "void f() {\n  a();\n\n  b();\n\n  d();\n}\n");
  EXPECT_EQ(removed("void f() { if (x.get_bool(\"k\", c, true)) {} g(); }"), "void f() {  g(); }");
}

TEST(Removal, KnowsBranchesWithoutBraces) {
  constexpr std::string_view kText =
      "{\n  if (f.get_bool(\"k\", c, false))\n    for (int i : v) use(i);\n  else\n    old();\n}\n";
  EXPECT_EQ(removed(kText), "{\n  for (int i : v) use(i);\n}\n");
  EXPECT_EQ(removed(kText, false), "{\n  old();\n}\n");
  EXPECT_EQ(removed("{\n  if (f.get_bool(\"k\", c, false)) return 1;\n  return 2;\n}\n"),
            "{\n  return 1;\n  return 2;\n}\n");
}

TEST(Removal, KeepsBracesAroundDeclarations) {
  EXPECT_EQ(removed("{\n  if (f.get_bool(\"k\", c, false)) {\n    const auto x = 1;\n    use(x);\n  }\n}\n"),
            "{\n  {\n    const auto x = 1;\n    use(x);\n  }\n}\n");
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, false)) { std::vector<int> x; } }"), "{ { std::vector<int> x; } }");
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, false)) { Link& x = y; } }"), "{ { Link& x = y; } }");
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, false)) { x = y; z.a(1)->b = 2; std::move(z); } }"),
            "{ x = y; z.a(1)->b = 2; std::move(z); }");
}

TEST(Removal, KeepsBracesAroundWhatMayBeADeclaration) {
  for (const char* statement :
       {"[[maybe_unused]] const std::lock_guard lock(m);", "decltype(a) x(m);", "SCOPED_LOCK(m);",
        "TRY_ASSIGN(const int x, f());", "std::map<int, std::string> m;", "auto [a, b] = pair;"}) {
    const std::string inner = std::string("{ ") + statement + " }";
    EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, 0)) " + inner + " }"), "{ " + inner + " }");
  }
}

TEST(Removal, LeavesStatementsWhoseEndNobodySees) {
  for (const char* text : {"{ if (f.get_bool(\"k\", c, 0)) [[likely]] { b(); } important(); }",
                           "{ if (f.get_bool(\"k\", c, 0)) MACRO(x) next(); }"}) {
    EXPECT_EQ(removed(text, false).substr(0, std::string(text).size()), text);
    EXPECT_NE(removed(text, false).find("its branches cannot be told apart"), std::string::npos);
  }
}

TEST(Removal, LetsNoCommentSwallowWhatFollows) {
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, 0)) { one();  // note\n} two(); }"), "{ { one();  // note\n} two(); }");
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, 0)) { one();  // note\n}\n two(); }"), "{ one();  // note\n two(); }");
}

TEST(Removal, SeesAnElseBehindLinesOfThePreprocessor) {
  EXPECT_EQ(removed("#if A\n if (a) {} else\n#endif\n if (f.get_bool(\"k\", c, 0)) { one(); two(); }"),
            "#if A\n if (a) {} else\n#endif\n if (f.get_bool(\"k\", c, 0)) { one(); two(); }"
            "4:17: it is the body of another statement\n");
  EXPECT_EQ(removed("#include <x>\nvoid g() {}\n#define A\nif (f.get_bool(\"k\", c, 0)) b();"),
            "#include <x>\nvoid g() {}\n#define A\nb();");
}

TEST(Removal, ShortensChainsOfElse) {
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, 0)) { a(); } else if (f.get_bool(\"k\", c, 0)) { b(); } d(); }", false),
            "{  d(); }");
  constexpr std::string_view kText =
      "{\n  if (a) {\n    b();\n  } else if (f.get_bool(\"k\", c, false)) {\n    d();\n  } else {\n    e();\n  }\n}\n";
  EXPECT_EQ(removed(kText), "{\n  if (a) {\n    b();\n  } else {\n    d();\n  }\n}\n");
  EXPECT_EQ(removed(kText, false), "{\n  if (a) {\n    b();\n  } else {\n    e();\n  }\n}\n");
  constexpr std::string_view kLast =
      "{\n  if (a) {\n    b();\n  } else if (f.get_bool(\"k\", c, false)) {\n    d();\n  }\n}\n";
  EXPECT_EQ(removed(kLast, false), "{\n  if (a) {\n    b();\n  }\n}\n");
  EXPECT_EQ(removed("{\n  if (f.get_bool(\"k\", c, 0)) {\n    b();\n  } else if (a) {\n    d();\n  }\n}\n", false),
            "{\n  if (a) {\n    d();\n  }\n}\n");
}

TEST(Removal, ChoosesOperands) {
  EXPECT_EQ(removed("x = f.get_bool(\"k\", c, false) ? g(1, 2) : h[3];"), "x = g(1, 2);");
  EXPECT_EQ(removed("return !f.get_bool(\"k\", c, false) ? a : b ? c : d;"), "return b ? c : d;");
  EXPECT_EQ(removed("g(f.get_bool(\"k\", c, false) ? \"a:b\" : y, z);", false), "g(y, z);");
  EXPECT_EQ(removed("x = y + f.get_bool(\"k\", c, false) ? 1 : 2;"), "x = y + true ? 1 : 2;") << "another condition";
  EXPECT_EQ(removed("x = f.get_bool(\"k\", c, 0) ? g<int>(1) : 2;").substr(0, 44),
            "x = f.get_bool(\"k\", c, 0) ? g<int>(1) : 2;1:");
  EXPECT_NE(removed("f(x.get_bool(\"k\", c, 0) ? a, b : c);").find("cannot be told apart"), std::string::npos);
  EXPECT_NE(removed("f(x.get_bool(\"k\", c, 0) ? a : g<int, long>(x));").find("cannot be told apart"),
            std::string::npos);
  EXPECT_NE(removed("x = f.get_bool(\"k\", c, 0) ? 1 : throw 2;").find("cannot be told apart"), std::string::npos);
  EXPECT_EQ(removed("x = y == f.get_bool(\"k\", c, false) ? 1 : 2;"), "x = y == true ? 1 : 2;");
}

TEST(Removal, PutsTheValueInPlaceOfAnyOtherCall) {
  EXPECT_EQ(removed("const int64_t status = state->flags().get_int(\"k\", {.targeting_key = key}, 302);", 301),
            "const int64_t status = 301;");
  EXPECT_EQ(removed("auto n = f.get_int(\"k\", {}, 1) * 1000000;", -5), "auto n = int64_t{-5} * 1000000;");
  EXPECT_EQ(removed("x = b-f.get_int(\"k\", {}, 1);", 302.0), "x = b-int64_t{302};");
  EXPECT_EQ(removed("x = -f.get_double(\"k\", {}, 1);", -1.5), "x = -(-1.5);");
  EXPECT_EQ(removed("s = app::flags()->get_string(\"k\", ctx, \"x\");", "a \"b\""),
            "s = std::string(\"a \\\"b\\\"\");");
  EXPECT_EQ(removed("f(this->flags_[0].get_double(\"k\", ctx, 1));", 2), "f(2.0);");
  EXPECT_EQ(removed("if (a && !f.get_bool(\"k\", ctx, true)) b();"), "if (a && false) b();");
  EXPECT_EQ(removed("return (*flags).get_bool(\"k\", ctx, true);"), "return true;");
  EXPECT_EQ(removed("f.get_bool(R\"(k)\", ctx, true)\n;"), "true\n;");
  EXPECT_EQ(removed("a = f.get_bool(\"k\", c, f.get_bool(\"k\", c, true));"), "a = true;");
}

TEST(Removal, DoesSitesInsideOfSites) {
  EXPECT_EQ(removed("{\n  if (f.get_bool(\"k\", c, 0)) {\n    if (f.get_bool(\"k\", c, 0)) {\n      a();\n    }\n    x "
                    "= f.get_bool(\"k\", c, 0);\n"
                    "  } else {\n    h(\"k\");\n  }\n}\n"),
            "{\n  a();\n  x = true;\n}\n")
      << "what is in a dead branch goes with it";
}

TEST(Removal, LeavesACallForAnObjectToAPerson) {
  const std::string call = "auto o = f.get_object(\"k\", c, {});\n";
  EXPECT_EQ(removed(call), call + "1:23: it asks for an object\n");
}

TEST(Removal, LeavesTheRestToAPerson) {
  EXPECT_EQ(
      removed("auto d = f.bool_details(\"k\", c, false);\nconst char* kKey = \"k\";\n#define K \"k\"\n"),
      "auto d = f.bool_details(\"k\", c, false);\nconst char* kKey = \"k\";\n#define K \"k\"\n"
      "1:25: it asks for details\n2:20: the key is used in another way\n3:11: it stands in a preprocessor line\n");
  EXPECT_EQ(removed("x = f.get_int(\"k\", c, 1);"), "x = f.get_int(\"k\", c, 1);1:15: get_int does not give true\n");
  EXPECT_EQ(removed("x = f.get_bool(\"k\", c,\n#if A\n1\n#endif\n);"),
            "x = f.get_bool(\"k\", c,\n#if A\n1\n#endif\n);1:16: its brackets do not balance on this side of a #\n");
  EXPECT_EQ(removed("for (;;) if (f.get_bool(\"k\", c, 0)) a();"),
            "for (;;) if (f.get_bool(\"k\", c, 0)) a();1:25: it is the body of another statement\n");
  EXPECT_NE(removed("f.get_int(\"k\", context(next_id++), 1);", 1).find("its arguments change something"),
            std::string::npos);
  EXPECT_NE(removed("f.get_bool(\"k\", c = d, 1);").find("its arguments change something"), std::string::npos);
  EXPECT_EQ(removed("f.get_bool(\"k\", g(a == b, [=] { return c <= d; }), 1);"), "true;");
  EXPECT_NE(removed("f.get_int(\"k\", c, 1);", uint64_t{18446744073709551615u}).find("does not give"),
            std::string::npos);
  EXPECT_EQ(removed("x = f.get_bool(\"k\", c, 0"),
            "x = f.get_bool(\"k\", c, 01:16: its brackets do not balance on this side of a #\n");
  EXPECT_EQ(removed("// f.get_bool(\"k\", c, 0)\n/* \"k\" */ a(\"kk\", 'k');"),
            "// f.get_bool(\"k\", c, 0)\n/* \"k\" */ a(\"kk\", 'k');2:19: the key is used in another way\n");
}

TEST(Removal, KeepsCarriageReturnsTabsAndLongTexts) {
  EXPECT_EQ(removed("{\r\n\tif (f.get_bool(\"k\", c, 0)) {\r\n\t\ta();\r\n\t\tb();\r\n\t}\r\n}\r\n"),
            "{\r\n\ta();\r\n\tb();\r\n}\r\n");
  EXPECT_EQ(removed("{\n  if (f.get_bool(\"k\", c, 0)) {\n    a(R\"(x\n    y)\");\n  }\n}\n"),
            "{\n  a(R\"(x\n    y)\");\n}\n");
}

TEST(Removal, LeavesAKeyThatIsOnlyAPartOfTheArgument) {
  for (const char* argument : {"\"k\" \"2\"", "\"k\" + s", "\"k\"s", "'k'"}) {
    const std::string text = "x = f.get_bool(" + std::string(argument) + ", c, false);";
    const Removal removal = remove_flag(text, "k", true);
    EXPECT_EQ(removal.text, text);
    EXPECT_EQ(removal.left.size(), 1u) << text;
  }
}

TEST(Removal, KeepsWordsApart) {
  EXPECT_EQ(removed("return!f.get_bool(\"k\", c, 0);"), "return false;");
  EXPECT_EQ(removed("return!f.get_bool(\"k\", c, 0)?a:b;"), "return b;");
  EXPECT_EQ(removed("if (f.get_bool(\"k\", c, 0)and x) a();"), "if (true and x) a();");
}

TEST(Removal, KeepsAStatementForALabel) {
  EXPECT_EQ(removed("switch (x) { case 1: if (f.get_bool(\"k\", c, 0)) a(); }", false), "switch (x) { case 1: ; }");
}

TEST(Removal, LeavesBranchesThatAPreprocessorLineCutsOff) {
  for (const char* text : {"if (x)\n#if A\n  if (f.get_bool(\"k\", c, 0)) a();\n#endif\nb();",
                           "if (f.get_bool(\"k\", c, 0)) a();\n#if A\nelse b();\n#endif\n"}) {
    for (const bool value : {true, false}) {
      const Removal removal = remove_flag(text, "k", value);
      EXPECT_EQ(removal.text, text);
      EXPECT_EQ(removal.left.size(), 1u) << text;
    }
  }
  constexpr std::string_view kMacro = "#define A /* x\n y = f.get_bool(\"k\", c, 0); */ 1\n";
  EXPECT_EQ(removed(kMacro), kMacro) << "a comment";
}

TEST(Removal, KeepsBytesThatAreNoUtf8) {
  EXPECT_EQ(removed("s = \"\xff\xfe\"; // \xc3\nx = f.get_bool(\"k\", c, 0);"), "s = \"\xff\xfe\"; // \xc3\nx = true;");
}

TEST(Removal, LeavesWhatACastAsks) {
  EXPECT_NE(removed("x = static_cast<C*>(p)->get_bool(\"k\", c, false);").find("cannot be told"), std::string::npos);
  EXPECT_NE(removed("x = f.get_int(\"k\", c, 0);", INT64_MIN).find("does not give"), std::string::npos);
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, 0)) { int (*p)(int) = q; } }"), "{ { int (*p)(int) = q; } }");
  EXPECT_EQ(removed("{ if (f.get_bool(\"k\", c, 0)) { use(*p); } }"), "{ use(*p); }");
}

// What takes time that grows with the square of the text does not end here.
TEST(Removal, EndsOnFilesThatNobodyWrites) {
  const auto repeat = [](std::string_view text) {
    std::string out;
    while (out.size() < 300'000) out += text;
    return out;
  };
  EXPECT_FALSE(remove_flag(repeat("f.get_bool(\"k\","), "k", true).left.empty());
  EXPECT_FALSE(remove_flag(repeat("if(f.get_bool(\"k\",c,0)){") + repeat("}"), "k", true).left.empty());
  EXPECT_EQ(removed(repeat("(") + repeat(")") + ".get_bool(\"k\", c, 0);"), "true;");
  EXPECT_FALSE(remove_flag(repeat("x(\"k\");\n"), "k", true).left.empty());
}

}  // namespace
}  // namespace trunkline::flags
