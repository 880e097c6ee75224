#include "tests/deployer/system/tool_help.h"

#include "base/core/text.h"
#include "tests/deployer/system/rig.h"

namespace trunkline::deployer {
namespace {

const std::string kDeployer = TRUNKLINE_BIN_DIR "/deployer";

std::set<std::string> options_of(const std::string& command) {
  std::set<std::string> names;
  const std::string help = run_command({kDeployer, command, "--help"}).out;
  for (const std::string_view line : base::split(help, '\n')) {
    if (!line.starts_with("  -")) continue;
    const std::string spellings = first_word(line);  // "-o,--output"
    for (const std::string_view name : base::split(spellings, ',')) names.emplace(name.substr(0, name.find('=')));
  }
  return names;
}

}  // namespace

ToolHelp::ToolHelp() {
  const std::string help = run_command({kDeployer, "--help"}).out;
  for (const std::string_view line : base::split(std::string_view(help).substr(help.find("Subcommands:")), '\n')) {
    if (!line.starts_with("  ")) continue;
    const std::string name = first_word(line);
    commands.insert(name);
    options[name] = options_of(name);
    options[""].insert(options[name].begin(), options[name].end());
  }
}

std::string first_word(std::string_view line) {
  const std::string_view word = base::trim(line);
  return std::string(word.substr(0, word.find(' ')));
}

}  // namespace trunkline::deployer
