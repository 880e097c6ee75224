#include "base/cli/tool.h"

#include <gtest/gtest.h>

namespace trunkline::base::cli {
namespace {

struct Outcome {
  int code;
  std::string out, err;
};

// A tool with one command that prints nothing and answers 7.
class ToolTest : public testing::Test {
 protected:
  Outcome run(std::vector<const char*> words) {
    Tool tool("tool", "does things");
    Command set = tool.command("set", "sets a value");
    set.positional("key", key_, "the key")
        .option("--reason", reason_, "TEXT", "why")
        .flag("--dry-run", dry_run_, "only show");
    set.option("--wait", wait_, "DURATION", "how long").option("-s,--source", sources_, "S", "from where");
    set.option("--mode", mode_, "MODE", "how").one_of({"fast", "slow"}).environment("TOOL_TEST_MODE");
    set.action([this]() -> Result<int> {
      if (key_ == "broken") return fail(Kind::unavailable, "the host is gone");
      return 7;
    });
    words.insert(words.begin(), "tool");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = tool.run(static_cast<int>(words.size()), words.data());
    return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }

  std::string key_, mode_ = "fast";
  std::optional<std::string> reason_;
  std::vector<std::string> sources_;
  Millis wait_{30'000};
  bool dry_run_ = false;
};

TEST_F(ToolTest, FillsTargetsAndGivesTheActionsCode) {
  EXPECT_EQ(run({"set", "--reason", "a b", "-s", "x", "--source=y", "k", "--dry-run", "--wait", "1m30s"}).code, 7);
  EXPECT_EQ(key_, "k");
  EXPECT_EQ(reason_, "a b");
  EXPECT_EQ(sources_, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(wait_, Millis{90'000});
  EXPECT_TRUE(dry_run_);
}

TEST_F(ToolTest, NamesAnUnknownOptionAndTheNearestOne) {
  const Outcome outcome = run({"set", "k", "--raeson", "x"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "tool: error: unknown option --raeson, did you mean \"--reason\"? (see tool --help)\n");
}

TEST_F(ToolTest, RefusesWrongCommandsValuesAndMissingWords) {
  EXPECT_EQ(run({"sett", "k"}).err, "tool: error: unknown command \"sett\", did you mean \"set\"? (see tool --help)\n");
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"set"}).code, 2);
  EXPECT_EQ(run({"set", "k", "extra"}).code, 2);
  const Outcome outcome = run({"set", "k", "--wait", "soon"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("expected a duration such as 10m"), std::string::npos) << outcome.err;
  EXPECT_NE(run({"set", "k", "--mode", "odd"}).err.find("expected one of fast, slow, got \"odd\""), std::string::npos);
}

TEST_F(ToolTest, TakesValuesFromTheEnvironment) {
  setenv("TOOL_TEST_MODE", "slow", 1);
  EXPECT_EQ(run({"set", "k"}).code, 7);
  unsetenv("TOOL_TEST_MODE");
  EXPECT_EQ(mode_, "slow");
}

TEST_F(ToolTest, PrintsTheErrorOfAnActionAndItsCode) {
  const Outcome outcome = run({"set", "broken"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "tool: error: the host is gone\n");
}

TEST_F(ToolTest, HelpsOnStdout) {
  const Outcome outcome = run({"set", "--help"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.out.find("--reason TEXT"), std::string::npos) << outcome.out;
  EXPECT_EQ(run({"--version"}).out, "tool 0.1.0\n");
}

// A command whose words may be called as commands are, with a list and an option that may stand alone.
struct Words {
  std::string key;
  std::optional<std::string> variant, listen;
  std::vector<std::string> agents;

  int run(std::vector<const char*> words) {
    Tool tool("tool", "does things");
    tool.command("off", "turns it off").action([] { return Result<int>(1); });
    tool.command("override", "overrides")
        .positional("KEY", key, "the flag")
        .positional("VARIANT", variant, "the variant")
        .option("--agents", agents, "URL", "where")
        .many()
        .option("--listen", listen, "ADDR", "where to serve")
        .bare("127.0.0.1:1")
        .action([] { return Result<int>(0); });
    words.insert(words.begin(), "tool");
    return tool.run(static_cast<int>(words.size()), words.data());
  }
};

TEST(Tool, TakesAWordBehindACommandForNoOtherCommand) {
  Words words;
  EXPECT_EQ(words.run({"override", "a", "off"}), 0);
  EXPECT_EQ(words.variant, "off");
  EXPECT_EQ(words.run({"off"}), 1);
}

TEST(Tool, TakesAllWordsBehindAListAndAnOptionAlone) {
  Words words;
  EXPECT_EQ(words.run({"override", "a", "on", "--agents", "x", "y", "--listen", "--agents", "z"}), 0);
  EXPECT_EQ(words.agents, (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(words.listen, "127.0.0.1:1");
  Words others;
  EXPECT_EQ(others.run({"override", "a", "--listen", "127.0.0.1:2"}), 0);
  EXPECT_EQ(others.listen, "127.0.0.1:2");
  Words none;
  EXPECT_EQ(none.run({"override", "a"}), 0);
  EXPECT_EQ(none.listen, std::nullopt);
}

}  // namespace
}  // namespace trunkline::base::cli
