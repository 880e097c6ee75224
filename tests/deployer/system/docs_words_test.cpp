#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "tests/deployer/system/page.h"
#include "tests/deployer/system/tool_help.h"

// What docs/deployer.md names in its sentences and tables, which nobody runs as it stands.
namespace trunkline::deployer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The commands of the tool, and options, that a piece of code names and that are not known.
std::vector<std::string> unknown_in(const std::string& code, const ToolHelp& known) {
  std::istringstream words(code);
  std::vector<std::string> unknown;
  std::string word, command;
  bool first = true, is_tool = false;
  while (words >> word) {
    if (std::exchange(first, false)) {
      is_tool = word == "deployer";
      if (known.commands.contains(word)) command = word;
      if (is_tool && words >> command && !known.commands.contains(command)) return {"deployer " + command};
      if (is_tool || !command.empty()) continue;
    }
    word.erase(word.find_last_not_of(",;.:)]") + 1);
    const bool is_option = word.starts_with("--") || (is_tool && word.starts_with("-"));
    if (is_option && !known.options.at(command).contains(word)) unknown.push_back(command + " " + word);
  }
  return unknown;
}

TEST(DeployerPageWords, AreCommandsAndOptionsThatTheToolKnows) {
  const ToolHelp known;
  const Page page = deployer_page();
  std::set<std::string> named;
  for (const std::string& code : page.code()) {
    const std::string command = without_comment(code);
    EXPECT_THAT(unknown_in(command, known), IsEmpty()) << code;
    EXPECT_THAT(unknown_in("# " + code.substr(command.size()), known), IsEmpty()) << code;
    if (command.starts_with("deployer ")) named.insert(first_word(command.substr(9)));
    if (known.commands.contains(command)) named.insert(command);
  }
  EXPECT_EQ(named, known.commands) << "the page names each command of the tool";
}

TEST(DeployerPageWords, WouldNotBeOthers) {
  const ToolHelp known;
  EXPECT_THAT(unknown_in("deployer relaese shop.yaml", known), ElementsAre("deployer relaese"));
  EXPECT_THAT(unknown_in("deployer plan shop.yaml --overwrite -x > plan", known),
              ElementsAre("plan --overwrite", "plan -x"));
  EXPECT_THAT(unknown_in("resume --witout SOCKET", known), ElementsAre("resume --witout"));
  EXPECT_THAT(unknown_in("# or: --jsn, --json", known), ElementsAre(" --jsn"));
  EXPECT_THAT(unknown_in("--sinse 2h", known), ElementsAre(" --sinse"));
}

}  // namespace
}  // namespace trunkline::deployer
