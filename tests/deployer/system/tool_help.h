#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace trunkline::deployer {

// What `deployer --help`, and that of each command, lists.
struct ToolHelp {
  ToolHelp();

  std::set<std::string> commands;
  std::map<std::string, std::set<std::string>> options;  // of each command; of "" those of all
};

// "--json" of "  --json   print JSON".
std::string first_word(std::string_view line);

}  // namespace trunkline::deployer
