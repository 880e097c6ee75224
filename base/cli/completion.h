#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trunkline::base::cli {

// What a shell needs to know of a tool to complete its command lines. Private to base/cli.
struct CompletionOption {
  std::vector<std::string> names;  // with their dashes
  std::string help;
  bool takes_value = false;
  std::vector<std::string> words;  // the only values there are; empty: anything, files are offered
};

struct CompletionCommand {
  std::string name;
  std::string help;
  std::vector<CompletionOption> options;
};

struct CompletionTree {
  std::string tool;
  CompletionCommand root;
  std::vector<CompletionCommand> commands;
};

// The script for bash, zsh or fish; nothing for another shell.
std::optional<std::string> completion_script(const CompletionTree& tree, std::string_view shell);

}  // namespace trunkline::base::cli
