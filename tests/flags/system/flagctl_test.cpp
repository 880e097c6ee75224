#include <gtest/gtest.h>
#include <thread>

#include "base/core/json.h"
#include "tests/flags/system/flagctl_fixture.h"

// Reading and setting flags.
namespace trunkline::flags {
namespace {

class FlagctlTest : public FlagctlFixture {
 protected:
  void SetUp() override { commit(base::read_file(TRUNKLINE_SOURCE_DIR "/flags/shortener.flags.json").value()); }
};

TEST_F(FlagctlTest, ListsSetsAndShows) {
  EXPECT_EQ(out({"list"}),
            "KEY              STATE    DEFAULT    TARGETING  OWNER      KIND     EXPIRES\n"
            "redirect-status  ENABLED  temporary  no         shortener  ops      2027-12-31\n"
            "code-generator   ENABLED  random     no         shortener  release  2027-06-30\n");
  const std::string set =
      out({"set", "redirect-status", "permanent", "--reason", "SEO", "--ticket", "OPS-1", "--json"});
  EXPECT_EQ(set, R"({"key":"redirect-status","from":"temporary","to":"permanent","commit":")" + tip() +
                     "\",\"pushed\":false}\n");
  const auto commit = base::Repository::open(repo())->commit_info(tip()).value();
  EXPECT_EQ(commit.message, "flags: Set redirect-status to permanent\n\nReason: SEO\nTicket: OPS-1\n");
  EXPECT_NE(out({"show", "redirect-status"}).find("\"defaultVariant\": \"permanent\""), std::string::npos);
}

TEST_F(FlagctlTest, ShowsTheDiffOfADryRun) {
  EXPECT_EQ(out({"off", "code-generator", "--dry-run"}), R"(--- a/flags/flags.json
+++ b/flags/flags.json
@@ -9,7 +9,7 @@
       "metadata": { "owner": "shortener", "kind": "ops", "expires": "2027-12-31" }
     },
     "code-generator": {
-      "state": "ENABLED",
+      "state": "DISABLED",
       "variants": { "random": "random", "sequential": "sequential" },
       "defaultVariant": "random",
       "metadata": { "owner": "shortener", "kind": "release", "expires": "2027-06-30" }

KEY             FROM    TO          WHO   SHARE     FOR EXAMPLE
code-generator  random  (disabled)  1000  100.00 %  user-1
of 1000 contexts
)");
  const base::Json json =
      base::parse_json(out({"off", "code-generator", "--dry-run", "--population", "10", "--json"})).value();
  EXPECT_EQ(base::to_text(json.at("variants").at(0)),
            R"x({"key":"code-generator","from":"random","to":"(disabled)","count":10,)x"
            R"x("examples":["user-1","user-2","user-3","user-4","user-5"]})x");
  EXPECT_EQ(base::Repository::open(repo())->first_parent_count(base::Repository::open(repo())->tip("main").value()), 1);
}

TEST_F(FlagctlTest, EvaluatesFromTheRepositoryOrAFile) {
  EXPECT_EQ(out({"eval", "redirect-status"}), "redirect-status = 302 (STATIC, variant temporary)\n");
  EXPECT_EQ(out({"eval", "gone", "--default", "7", "--json"}),
            "{\"key\":\"gone\",\"value\":7,\"reason\":\"ERROR\",\"errorCode\":\"FLAG_NOT_FOUND\","
            "\"metadata\":{\"flagSetId\":\"shortener\",\"owner\":\"shortener\"}}\n");
  EXPECT_EQ(run({"eval", "gone", "--fail"}).status.code, 1);
  const std::string file = (folder_.path() / "f.yaml").string();
  ASSERT_TRUE(base::write_file_atomically(
      file,
      "flags: {a: {state: ENABLED, variants: {x: 1, y: 2}, defaultVariant: x, targeting: {if: [{'==': [{var: "
      "tier}, gold]}, y]}}}\n"));
  EXPECT_EQ(out({"eval", "a", "--flags", file, "--context", "{\"tier\":\"gold\"}", "--type", "integer", "--json"}),
            "{\"key\":\"a\",\"value\":2,\"variant\":\"y\",\"reason\":\"TARGETING_MATCH\"}\n");
}

TEST_F(FlagctlTest, TellsWhatIsWrongByMessageAndExitCode) {
  const auto unknown = run({"set", "redirect-statu", "permanent"});
  EXPECT_EQ(unknown.status.code, 1);
  EXPECT_EQ(unknown.err,
            "flagctl: error: flags/flags.json: no flag \"redirect-statu\", did you mean \"redirect-status\"?\n");
  EXPECT_EQ(run({"set", "redirect-status", "permanent", "--repo", repo() + "x"}).status.code, 2);
  EXPECT_EQ(run({"list", "--repo", "/nonexist"}).status.code, 2);
  EXPECT_EQ(run({"eval", "a", "--flags", "/nonexist.json"}).status.code, 2);
  EXPECT_EQ(run({"eval", "a", "--context", "@/nonexist.json"}).status.code, 2);
  EXPECT_EQ(run({"list", "--path", "no/flags.json"}).status.code, 1);
  EXPECT_EQ(run({"set", "redirect-status", "permanent", "--repo", ""}).status.code, 2);
  EXPECT_EQ(run({"set", "redirect-status", "permanent", "--colour"}).status.code, 2);
  EXPECT_EQ(run({"list", "--repo", "git://127.0.0.1:1/flags.git"}).status.code, 1);
}

TEST_F(FlagctlTest, KeepsAllCommitsOfTwoWritersInOneRepository) {
  const auto writer = [&](const std::string& key, const std::string& a, const std::string& b) {
    for (int i = 0; i < 10; ++i) out({"set", key, i % 2 == 0 ? a : b});
  };
  std::thread other([&] { writer("redirect-status", "permanent", "temporary"); });
  writer("code-generator", "sequential", "random");
  other.join();
  const auto repository = base::Repository::open(repo()).value();
  EXPECT_EQ(repository.first_parent_count(repository.tip("main").value()), 21);
}

}  // namespace
}  // namespace trunkline::flags
