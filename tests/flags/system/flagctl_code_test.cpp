#include <chrono>
#include <gtest/gtest.h>

#include "base/core/clock.h"
#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/process.h"
#include "base/core/text.h"

// The real flagctl on a real repository of code: refs, stale and remove --code, whose diff goes through git apply.
namespace trunkline::flags {
namespace {

const char* const kPage = R"(#include "flags/client/client.h"

std::string page(const Client& flags, const Context& ctx) {
  if (flags.get_bool("new-page", ctx, false)) {
    return render_new();
  } else {
    return render_old();
  }
}

int size(const Client& flags) {
  const auto details = flags.bool_details("new-page", {}, false);
  return flags.get_bool("new-page", {}, false) ? 100 : 20;
}
)";
const char* const kFlags = R"({"flags": {
  "new-page": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
               "metadata": {"owner": "web", "kind": "release", "expires": "2020-01-31", "ticket": "WEB-7"}},
  "limit": {"state": "ENABLED", "variants": {"low": 10, "high": 20}, "defaultVariant": "low",
            "targeting": {"fractional": [["low", 50], ["high", 50]]}, "metadata": {"kind": "ops"}}
}})";

class FlagctlCodeTest : public testing::Test {
 protected:
  void SetUp() override {
    git({"init", "-q", "-b", "main"});
    write("src/page.cpp", kPage);
    write("src/page.py", "limit = flags.get('limit')\n");
    write(".gitignore", "build/\n");
    write("f.json", kFlags);
    git({"add", "src", ".gitignore"});
    git({"commit", "-qm", "first"});
    write("build/copy.cpp", kPage);
    write("src/new.cpp", "f(\"limit\");\n");
    write("src/binary.bin", std::string("\"limit\"\0", 8));
  }

  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(base::make_folders((folder_.path() / name).parent_path()));
    ASSERT_TRUE(base::write_file_atomically(folder_.path() / name, text));
  }
  std::string read(const std::string& name) { return base::read_file(folder_.path() / name).value(); }

  base::ProcessOutput start(std::vector<std::string> argv) {
    const std::map<std::string, std::string> environment = {{"GIT_AUTHOR_NAME", "Ada"},
                                                            {"GIT_AUTHOR_EMAIL", "ada@example.org"},
                                                            {"GIT_COMMITTER_NAME", "Ada"},
                                                            {"GIT_COMMITTER_EMAIL", "ada@example.org"},
                                                            {"GIT_COMMITTER_DATE", "2026-11-24T10:00:00Z"}};
    return base::run_process({.argv = std::move(argv), .environment = environment, .folder = folder_.path()},
                             std::chrono::seconds{60})
        .value();
  }
  void git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    const auto output = start(arguments);
    ASSERT_TRUE(output.status.ok()) << output.err;
  }
  base::ProcessOutput flagctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TRUNKLINE_BIN_DIR "/flagctl");
    return start(std::move(arguments));
  }
  // The eight digits of the only commit.
  std::string commit() { return start({"git", "rev-parse", "HEAD"}).out.substr(0, 8); }

  base::TempFolder folder_ = base::TempFolder::make("flagctl-code-test").value();
};

TEST_F(FlagctlCodeTest, FindsReferencesWithTheirLastChange) {
  const auto output = flagctl({"refs", "limit", "new-page", "--code", "."});
  EXPECT_EQ(output.status.code, 0) << output.err;
  const std::string change = "  (" + commit() + " 2026-11-24 Ada)\n";
  EXPECT_EQ(output.out,
            "src/new.cpp:1:3: f(\"limit\");  (not committed)\n"
            "src/page.cpp:4:22: if (flags.get_bool(\"new-page\", ctx, false)) {" +
                change + "src/page.cpp:12:43: const auto details = flags.bool_details(\"new-page\", {}, false);" +
                change + "src/page.cpp:13:25: return flags.get_bool(\"new-page\", {}, false) ? 100 : 20;" + change +
                "src/page.py:1:19: limit = flags.get('limit')" + change);
  EXPECT_EQ(output.err, "flagctl: 1 of 6 files passed over: binary, larger than 4 MiB, or not to be read\n");
  EXPECT_EQ(flagctl({"refs", "gone", "--code", "."}).status.code, 1);
  EXPECT_EQ(flagctl({"refs", "gone", "--code", "/nonexist"}).status.code, 2);
  const std::string lines = flagctl({"refs", "limit", "--code", "src", "--json"}).out;
  const base::Json first = base::parse_json(base::split(lines, '\n')[0]).value();
  EXPECT_EQ(base::to_text(first), R"({"key":"limit","file":"src/new.cpp","line":1,"column":3,"text":"f(\"limit\");"})");
}

TEST_F(FlagctlCodeTest, WorksInAShallowCloneAndAFolder) {
  git({"add", "-A"});
  git({"commit", "-qm", "second"});
  git({"clone", "-q", "--depth", "1", "file://" + folder_.path().string(), "clone"});
  EXPECT_EQ(flagctl({"refs", "limit", "--code", "clone/src"}).out,
            "src/new.cpp:1:3: f(\"limit\");  (history cut off)\nsrc/page.py:1:19: limit = flags.get('limit')  (history "
            "cut off)\n");
  write("docs/limit.md", "`limit`\n");
  EXPECT_EQ(flagctl({"refs", "limit", "--code", "docs"}).out, "docs/limit.md:1:1: `limit`  (not committed)\n");
}

TEST_F(FlagctlCodeTest, TellsOfFlagsThatOnlyTheFlagFileNames) {
  write("f.json", R"({"flags": {"alone": {"state": "ENABLED", "variants": {"x": 1}, "metadata": {"kind": "ops"}}}})");
  EXPECT_EQ(flagctl({"stale", "--flags", "f.json", "--code", "."}).out,
            "alone: no code names it\n1 of 1 flags are stale\n");
}

TEST_F(FlagctlCodeTest, ListsStaleFlagsWithTheirReferences) {
  const auto output = flagctl({"stale", "--flags", "f.json", "--code", "."});
  const auto days = std::chrono::floor<std::chrono::days>(base::system_clock().wall()) -
                    std::chrono::sys_days(std::chrono::year(2020) / 1 / 31);
  const std::string change = "  (" + commit() + " 2026-11-24 Ada)\n";
  EXPECT_EQ(output.out, "new-page: expired " + std::to_string(days.count()) +
                            " days ago (2020-01-31); everybody has on, owner web, ticket WEB-7\n"
                            "  src/page.cpp:4:22" +
                            change + "  src/page.cpp:12:43" + change + "  src/page.cpp:13:25" + change +
                            "1 of 2 flags are stale\n");
  EXPECT_EQ(output.status.code, 0);
  EXPECT_EQ(flagctl({"stale", "--flags", "f.json", "--fail-on-expired"}).status.code, 1);
  const base::Json json = base::parse_json(flagctl({"stale", "--flags", "f.json", "--json"}).out).value();
  EXPECT_EQ(base::to_text(json.at("reasons")), R"(["expired","rolled-out"])");
  EXPECT_EQ(flagctl({"stale"}).status.code, 2);
}

TEST_F(FlagctlCodeTest, TakesNoRuleForOneValue) {
  std::string flags = kFlags;
  flags.replace(flags.find(R"(["low", 50], ["high", 50])"), 25, R"(["low", 0], ["high", 100])");
  write("f.json", flags);
  git({"add", "f.json"});
  git({"commit", "-qm", "flags"});
  const auto output = flagctl({"remove", "limit", "--code", ".", "--repo", ".", "--path", "f.json"});
  EXPECT_EQ(output.status.code, 1);
  EXPECT_NE(output.err.find("(it is targeted)"), std::string::npos) << "who has no targetingKey gets low";
}

TEST_F(FlagctlCodeTest, PrintsAPatchForAnyNameAndEnding) {
  write("my src/a b.cpp", "void f() {\r\n  if (x.get_bool(\"new-page\", c, 0)) {\r\n    a(\"\xff\");\r\n  }\r\n}");
  write("src/page.cpp", "");
  const auto output = flagctl({"remove", "new-page", "--code", ".", "--value", "true"});
  write("patch.diff", output.out);
  git({"apply", "patch.diff"});
  EXPECT_EQ(read("my src/a b.cpp"), "void f() {\r\n  a(\"\xff\");\r\n}");
}

TEST_F(FlagctlCodeTest, PassesOverFilesLargerThanFourMegabytes) {
  write("src/large.cpp", std::string(5'000'000, ' ') + "f(\"limit\");");
  const auto output = flagctl({"refs", "limit", "--code", "."});
  EXPECT_EQ(output.out.find("large.cpp"), std::string::npos);
  EXPECT_EQ(output.err, "flagctl: 2 of 7 files passed over: binary, larger than 4 MiB, or not to be read\n");
}

TEST_F(FlagctlCodeTest, PrintsAPatchThatGitApplies) {
  git({"add", "f.json"});
  git({"commit", "-qm", "flags"});
  const std::vector<std::string> place = {"--repo", ".", "--path", "f.json"};
  std::vector<std::string> arguments = {"remove", "new-page", "--code", "."};
  arguments.insert(arguments.end(), place.begin(), place.end());
  const auto output = flagctl(arguments);
  ASSERT_EQ(output.status.code, 0) << output.err;
  EXPECT_EQ(output.err,
            "flagctl: 1 of 6 files passed over: binary, larger than 4 MiB, or not to be read\n"
            "src/page.cpp:12:43: left to you: it asks for details\n");
  write("patch.diff", output.out);
  git({"apply", "patch.diff"});
  EXPECT_EQ(read("src/page.cpp"), R"(#include "flags/client/client.h"

std::string page(const Client& flags, const Context& ctx) {
  return render_new();
}

int size(const Client& flags) {
  const auto details = flags.bool_details("new-page", {}, false);
  return 100;
}
)");
  const auto json =
      base::parse_json(flagctl({"remove", "new-page", "--code", ".", "--value", "false", "--json"}).out).value();
  EXPECT_EQ(json.at("value"), false);
  EXPECT_EQ(json.at("diff"), "") << "it is done";
  EXPECT_FALSE(json.at("left").as_array().empty());
}

TEST_F(FlagctlCodeTest, WantsOneValueForEverybody) {
  git({"add", "f.json"});
  git({"commit", "-qm", "flags"});
  const auto remove = [&](const char* key, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"remove", key, "--repo", ".", "--path", "f.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return flagctl(arguments);
  };
  const auto targeted = remove("limit", {"--code", "."});
  EXPECT_EQ(targeted.status.code, 1);
  EXPECT_EQ(targeted.err,
            "flagctl: error: f.json: flag \"limit\" has not one value for everybody (it is targeted); settle it "
            "first, or say its value by --value JSON\n");
  EXPECT_EQ(remove("gone", {"--code", "."}).status.code, 1);
  EXPECT_EQ(remove("limit", {"--value", "1"}).status.code, 2);
  EXPECT_EQ(remove("limit", {"--code", "/nonexist", "--value", "1"}).status.code, 2);
}

}  // namespace
}  // namespace trunkline::flags
