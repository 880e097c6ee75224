#include <fstream>
#include <gtest/gtest.h>

#include "tests/flags/system/flagctl_fixture.h"

// init, create, target and remove.
namespace trunkline::flags {
namespace {

class FlagctlChangeTest : public FlagctlFixture {};

const char* const kEmpty = R"({
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {}
}
)";

TEST_F(FlagctlChangeTest, MakesARepositoryWithAnEmptySet) {
  EXPECT_EQ(out({"init", "--dry-run"}).substr(0, 38), "--- /dev/null\n+++ b/flags/flags.json\n@");
  EXPECT_FALSE(std::filesystem::exists(repo()));
  EXPECT_EQ(change({"init", "--bare", "--reason", "start"}),
            "flags/flags.json: added to " + repo() + " in commit TIP\n");
  EXPECT_EQ(file(), kEmpty);
  EXPECT_EQ(base::Repository::open(repo())->commit_info(tip())->message,
            "flags: Add flags/flags.json\n\nReason: start\n");
  EXPECT_EQ(refusal({"init"}), "1 flagctl: error: flags/flags.json: is on branch main already\n");
  EXPECT_EQ(change({"init", "--path", "b.yaml", "--json"}),
            "{\"path\":\"b.yaml\",\"commit\":\"TIP\",\"pushed\":false}\n");
  EXPECT_EQ(refusal({"init", "--bare", "--repo", "git://127.0.0.1:1/a.git"}),
            "2 flagctl: error: --bare: a remote repository is made on its own host\n");
}

TEST_F(FlagctlChangeTest, MakesAWorkTreeThatHoldsTheFile) {
  out({"init", "--repo", "tree", "--branch", "trunk", "--path", "flags.yaml"});
  EXPECT_EQ(base::read_file(path("tree/flags.yaml")), "$schema: https://flagd.dev/schema/v0/flags.json\nflags: {}\n");
  EXPECT_EQ(base::Repository::open(path("tree"))->is_dirty(), false);
  out({"create", "a", "--repo", "tree", "--branch", "trunk", "--path", "flags.yaml"});
  EXPECT_EQ(base::read_file(path("tree/flags.yaml")),
            "$schema: https://flagd.dev/schema/v0/flags.json\nflags:\n  a:\n    state: ENABLED\n    variants:\n"
            "      \"on\": true\n      \"off\": false\n    defaultVariant: \"off\"\n");
}

TEST_F(FlagctlChangeTest, CreatesAFlagWithItsLifecycle) {
  commit(kEmpty);
  EXPECT_EQ(change({"create", "page", "--owner", "web", "--kind", "release", "--expires", "2027-06-30", "--ticket",
                    "WEB-7", "--json"}),
            R"({"key":"page","to":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off",)"
            R"("metadata":{"owner":"web","kind":"release","expires":"2027-06-30","ticket":"WEB-7"}},"commit":"TIP")"
            ",\"pushed\":false}\n");
  EXPECT_EQ(base::Repository::open(repo())->commit_info(tip())->message, "flags: Create page\n\nTicket: WEB-7\n");
  std::ofstream(path("rule.json")) << R"({"fractional":[["small",1],["large",1]]})";
  out({"create", "size", "--variant", "small=20", "--variant", "large=100", "--rule", "@rule.json", "--disabled"});
  EXPECT_EQ(file(), R"({
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "page": {
      "state": "ENABLED",
      "variants": {
        "on": true,
        "off": false
      },
      "defaultVariant": "off",
      "metadata": {
        "owner": "web",
        "kind": "release",
        "expires": "2027-06-30",
        "ticket": "WEB-7"
      }
    },
    "size": {
      "state": "DISABLED",
      "variants": {
        "small": 20,
        "large": 100
      },
      "targeting": {
        "fractional": [
          ["small", 1],
          ["large", 1]
        ]
      }
    }
  }
}
)");
}

TEST_F(FlagctlChangeTest, RefusesWhatWouldMakeAWrongFlag) {
  commit(kEmpty);
  const std::string before = tip();
  const auto error = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "create");
    const std::string text = refusal(std::move(arguments));
    return text.substr(0, text.size() - 1);
  };
  EXPECT_EQ(error({"a b"}), "2 flagctl: error: KEY: expected a name without spaces and control characters");
  EXPECT_EQ(error({"a", "--variant", "x"}), "2 flagctl: error: --variant: expected NAME=JSON, got \"x\"");
  EXPECT_EQ(error({"a", "--variant", "x=blue"}),
            "2 flagctl: error: --variant x: expected JSON, such as true, 42 or '\"text\"', got blue");
  EXPECT_EQ(
      error({"a", "--variant", "x=null"}),
      "2 flagctl: error: flags/flags.json: flags.a.variants.x: expected a boolean, a string, a number or an object");
  EXPECT_EQ(error({"a", "--default", "x"}), "2 flagctl: error: --default: expected one of on, off, got \"x\"");
  EXPECT_EQ(error({"a", "--expires", "2027-02-30"}),
            "2 flagctl: error: --expires: expected YYYY-MM-DD, got \"2027-02-30\"");
  EXPECT_EQ(error({"a", "--kind", "toy"}).substr(0, 26), "2 flagctl: error: --kind: ");
  EXPECT_EQ(
      error({"a", "--rule", "{\"iff\":[]}"}),
      "2 flagctl: error: flags/flags.json: flags.a.targeting.iff: unknown operator \"iff\", did you mean \"if\"?");
  EXPECT_EQ(error({"a", "--rule", "{"}), "2 flagctl: error: --rule:1:2: the JSON text ends too early");
  EXPECT_EQ(error({"a", "--rule", "@gone.json"}).substr(0, 2), "2 ");
  EXPECT_EQ(tip(), before);
  out({"create", "a"});
  EXPECT_EQ(error({"a"}), "1 flagctl: error: flags/flags.json: flag \"a\" is there already");
}

TEST_F(FlagctlChangeTest, TargetsByRuleAndByShare) {
  commit(R"({"flags": {
  "a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off"}
}}
)");
  EXPECT_EQ(out({"target", "a", "--percent", "on=10", "--dry-run"}), R"(--- a/flags/flags.json
+++ b/flags/flags.json
@@ -1,3 +1,3 @@
 {"flags": {
-  "a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off"}
+  "a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": {"fractional": [["on", 10], ["off", 90]]}}
 }}

KEY  FROM  TO  WHO  SHARE    FOR EXAMPLE
a    off   on  117  11.70 %  user-8
of 1000 contexts
)");
  EXPECT_EQ(change({"target", "a", "--percent", "on=10"}), "a: a rule in commit TIP\n");
  out({"target", "a", "--rule", R"({"if":[{"==":[{"var":"tier"},"gold"]},"on"]})"});
  EXPECT_EQ(out({"eval", "a", "--context", R"({"tier":"gold"})"}), "a = true (TARGETING_MATCH, variant on)\n");
  EXPECT_EQ(change({"target", "a", "--clear", "--json"}),
            R"({"key":"a","from":{"if":[{"==":[{"var":"tier"},"gold"]},"on"]},"commit":"TIP")"
            ",\"pushed\":false}\n");
  EXPECT_EQ(out({"target", "a", "--clear"}), "a has no rule; nothing to do\n");
  EXPECT_EQ(refusal({"target", "a"}), "2 flagctl: error: expected one of --rule, --percent and --clear\n");
  EXPECT_EQ(refusal({"target", "a", "--clear", "--percent", "on=1"}),
            "2 flagctl: error: expected one of --rule, --percent and --clear\n");
  EXPECT_EQ(refusal({"target", "a", "--percent", "on=1.5"}),
            "2 flagctl: error: --percent: expected VARIANT=N, got \"on=1.5\"\n");
  EXPECT_EQ(refusal({"target", "b", "--clear"}),
            "1 flagctl: error: flags/flags.json: no flag \"b\", did you mean \"a\"?\n");
}

TEST_F(FlagctlChangeTest, TellsWhereAnswersAreOthersThanTheChangeSays) {
  commit(kEmpty);
  out({"create", "a"});
  out({"target", "a", "--percent", "on=10"});
  // "CODE what stands on stdout", and then on stderr.
  const auto all = [&](std::vector<std::string> arguments) {
    const auto output = run(std::move(arguments));
    std::string text = std::to_string(output.status.code) + " " + output.out + output.err;
    if (const size_t at = text.find(tip().substr(0, 12)); at != std::string::npos) text.replace(at, 12, "TIP");
    return text;
  };
  const std::string some_on =
      "flagctl: warning: a rule of a decides: some users still get on; to give everybody off: flagctl target a "
      "--clear\n";
  EXPECT_EQ(all({"set", "a", "off"}), "1 a has the default off already\n" + some_on);
  EXPECT_EQ(all({"set", "a", "off", "--dry-run"}), "1 a has the default off already\n" + some_on);
  EXPECT_EQ(out({"target", "a", "--clear", "--dry-run"}).substr(0, 4), "--- ");
  EXPECT_NE(run({"set", "a", "off", "--json"}).out.find(R"("warning":"a rule of a decides: some users still get on)"),
            std::string::npos);
  EXPECT_NE(refusal({"toggle", "a"}).find("1 flagctl: error: flags/flags.json: flag \"a\" cannot be toggled: its rule"),
            std::string::npos);
  out({"target", "a", "--rule", R"({"if":[{"var":"beta"},"on"]})"});
  EXPECT_EQ(all({"toggle", "a"}), "0 a: off -> on in commit TIP\n");
  EXPECT_EQ(all({"toggle", "a"}), "0 a: on -> off in commit TIP\n" + some_on);
  out({"target", "a", "--clear"});
  EXPECT_EQ(all({"set", "a", "off"}), "0 a has the default off already; nothing to do\n");
  EXPECT_EQ(all({"on", "a"}),
            "0 a is ENABLED already\nflagctl: warning: a is enabled, but everybody gets off, its default; to give "
            "everybody on: flagctl set a on\n");
  EXPECT_EQ(all({"off", "a"}), "0 a: ENABLED -> DISABLED in commit TIP\n");
  const std::string disabled =
      "flagctl: warning: a is disabled, so programs use their own default value; to let it decide: flagctl on a\n";
  EXPECT_EQ(all({"set", "a", "on"}), "0 a: off -> on in commit TIP\n" + disabled);
  EXPECT_EQ(all({"set", "a", "on"}), "1 a has the default on already\n" + disabled);
  EXPECT_EQ(all({"target", "a", "--percent", "off=1"}), "0 a: a rule in commit TIP\n" + disabled);
}

TEST_F(FlagctlChangeTest, RemovesAFlag) {
  commit(
      "{\"flags\": {\n  \"a\": {\"state\": \"ENABLED\", \"variants\": {\"x\": 1}},\n"
      "  \"b\": {\"state\": \"ENABLED\", \"variants\": {\"x\": 1}}\n}}\n");
  EXPECT_EQ(change({"remove", "b", "--reason", "gone from the code"}), "b: removed in commit TIP\n");
  EXPECT_EQ(file(), "{\"flags\": {\n  \"a\": {\"state\": \"ENABLED\", \"variants\": {\"x\": 1}}\n}}\n");
  EXPECT_EQ(refusal({"remove", "b"}), "1 flagctl: error: flags/flags.json: no flag \"b\", did you mean \"a\"?\n");
}

TEST_F(FlagctlChangeTest, SaysThatARemoteNeedsAPush) {
  EXPECT_EQ(refusal({"on", "a", "--no-push", "--repo", "ssh://ann:secret@127.0.0.1:1/a.git"}),
            "2 flagctl: error: --no-push: ssh://127.0.0.1:1/a.git is a remote, which holds a change only when it is "
            "pushed\n");
  const auto gone = run({"on", "a", "--repo", "ssh://127.0.0.1:1/a.git"});
  EXPECT_EQ(gone.status.code, 1) << gone.err;
}

}  // namespace
}  // namespace trunkline::flags
