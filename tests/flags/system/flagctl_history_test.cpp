#include <gtest/gtest.h>

#include "base/core/json.h"
#include "base/core/text.h"
#include "tests/flags/system/flagctl_fixture.h"

// log, revert and status.
namespace trunkline::flags {
namespace {

class FlagctlHistoryTest : public FlagctlFixture {
 protected:
  void SetUp() override {
    commit(R"({"flags": {
  "a": {"state": "ENABLED", "variants": {"x": 1, "y": 2}, "defaultVariant": "x"},
  "b": {"state": "DISABLED", "variants": {"x": 1}, "metadata": {"expires": "2020-01-01"}}
}}
)");
  }
  std::vector<base::Json> lines(const std::string& text) {
    std::vector<base::Json> values;
    for (const std::string_view line : base::split(base::trim(text), '\n')) {
      values.push_back(base::parse_json(line).value());
    }
    return values;
  }
};

TEST_F(FlagctlHistoryTest, LogsWhoChangedWhatAndWhy) {
  const std::string first = tip();
  out({"set", "a", "y", "--reason", "SEO", "--ticket", "OPS-1"});
  const std::string second = tip();
  out({"on", "b"});
  const auto all = lines(out({"log", "--json"}));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(base::to_text(all[1].at("keys")), R"(["a"])");
  EXPECT_EQ(base::to_text(all[2].at("keys")), R"(["a","b"])");
  EXPECT_EQ(all[1].at("commit").as_string(), second);
  EXPECT_EQ(all[1].at("author"), "Grace");
  EXPECT_EQ(all[1].at("summary"), "flags: Set a to y");
  EXPECT_EQ(all[1].at("reason"), "SEO");
  EXPECT_EQ(all[1].at("ticket"), "OPS-1");
  EXPECT_EQ(lines(out({"log", "b", "--json"})).size(), 2u);
  EXPECT_EQ(lines(out({"log", "--json", "--limit", "1"})).size(), 1u);
  const std::string table = out({"log", "a"});
  const auto rows = base::split(table, '\n');
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0], "COMMIT        AT                    AUTHOR  TICKET  CHANGE");
  EXPECT_EQ(rows[1].substr(0, 12), second.substr(0, 12));
  EXPECT_EQ(rows[1].substr(34), "  Grace   OPS-1   flags: Set a to y (SEO)");
  EXPECT_EQ(rows[2].substr(0, 12), first.substr(0, 12));
  EXPECT_EQ(refusal({"log", "aa"}), "1 flagctl: error: flags/flags.json: no flag \"aa\", did you mean \"a\"?\n");
  EXPECT_EQ(refusal({"log", "--limit", "0"}), "2 flagctl: error: --limit: expected a number from 1 on\n");
}

TEST_F(FlagctlHistoryTest, TakesBackACommitUnlessTheFlagMovedOn) {
  const std::string before = file();
  out({"remove", "b"});
  const std::string removed = tip();
  EXPECT_EQ(out({"revert", removed.substr(0, 8), "--dry-run"}).substr(0, 26), "--- a/flags/flags.json\n+++");
  EXPECT_EQ(change({"revert", removed.substr(0, 8), "--reason", "still used"}), "b: created in commit TIP\n");
  EXPECT_EQ(file(), before);
  EXPECT_EQ(base::Repository::open(repo())->commit_info(tip())->message,
            "flags: Revert \"flags: Remove b\"\n\nReverts: " + removed + "\nReason: still used\n");
  out({"set", "a", "y"});
  const std::string set = tip();
  out({"off", "a"});
  EXPECT_EQ(refusal({"revert", set}),
            "1 flagctl: error: flag \"a\" was changed by somebody else since\n"
            "  was: {\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"y\"}\n"
            "  is:  {\"state\":\"DISABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"y\"}\n");
  EXPECT_EQ(refusal({"revert", set, "b"}),
            "1 flagctl: error: flags/flags.json: commit " + set.substr(0, 12) + " does not change flag \"b\"\n");
  EXPECT_EQ(refusal({"revert", "main"}), "2 flagctl: error: expected a commit id or its first digits, got \"main\"\n");
  const std::string unknown(8, set[0] == '0' ? '1' : '0');
  EXPECT_EQ(refusal({"revert", unknown}), "1 flagctl: error: no commit " + unknown + "\n");
}

TEST_F(FlagctlHistoryTest, TellsWhatTheRepositoryHolds) {
  const std::string short_id = tip().substr(0, 12);
  const std::string text = out({"status"});
  const auto rows = base::split(text, '\n');
  ASSERT_EQ(rows.size(), 5u) << text;
  EXPECT_EQ(rows[0], "flags/flags.json on branch main at " + short_id);
  EXPECT_EQ(rows[1].substr(0, 13), "last change: ");
  EXPECT_NE(rows[1].find("s ago by Ada in " + short_id + ": edit"), std::string::npos) << rows[1];
  EXPECT_EQ(rows[2], "flags: 2; disabled: 1; with rules: 0; broken: 0; past their date: 1");
  EXPECT_EQ(rows[3], "past their date: b");
  commit(R"({"flags": {"c": {"state": "ON", "variants": {"x": 1}}}})");
  const base::Json json = lines(out({"status", "--json"})).at(0);
  EXPECT_EQ(json.at("flags"), 1);
  EXPECT_EQ(base::to_text(json.at("broken")), R"(["c"])");
  EXPECT_EQ(base::to_text(json.at("problems")),
            R"(["flags/flags.json:1:27: flags.c.state: expected ENABLED or DISABLED"])");
  EXPECT_EQ(json.at("uncommitted"), false);
  EXPECT_EQ(json.as_object().contains("upstream"), false);
}

TEST_F(FlagctlHistoryTest, TellsHowACloneStands) {
  const auto git = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    const auto output = base::run_process({.argv = arguments}, std::chrono::seconds{20}).value();
    EXPECT_TRUE(output.status.ok()) << output.err;
  };
  git({"clone", "-q", "-b", "main", repo(), path("clone")});
  out({"set", "a", "y", "--repo", "clone", "--no-push"});
  const std::string of = "branch main of " + repo() + ", as last seen\n";
  EXPECT_NE(out({"status", "--repo", "clone"}).find("clone: 1 ahead, 0 behind " + of), std::string::npos);
  git({"-C", path("clone"), "push", "-q"});
  ASSERT_TRUE(base::write_file_atomically(path("clone/flags/flags.json"), "{}"));
  const std::string text = out({"status", "--repo", "clone"});
  EXPECT_NE(text.find("clone: even with " + of), std::string::npos) << text;
  EXPECT_NE(text.find("the file in the work tree has changes that are not committed\n"), std::string::npos);
  EXPECT_EQ(base::to_text(lines(out({"status", "--repo", "clone", "--json"})).at(0).at("upstream")),
            "{\"url\":\"" + repo() + "\",\"branch\":\"main\",\"ahead\":0,\"behind\":0}");
}

}  // namespace
}  // namespace trunkline::flags
