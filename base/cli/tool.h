#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"

// Command lines: one Tool a program, one Command a subcommand, each command in a file of its own. CLI11 does the
// parsing; what it reports becomes our messages and our exit codes.
namespace trunkline::base::cli {

// A (sub)command and what it takes. Targets are filled before the action runs, so they must live until Tool::run ends:
// keep them in one struct that the action captures by shared_ptr.
class Command {
 public:
  struct State;
  explicit Command(std::shared_ptr<State> state) : state_(std::move(state)) {}

  // `names` as "--reason" or "-o,--output"; `value` names what follows in the help, e.g. "FILE".
  Command& option(const std::string& names, std::string& target, const std::string& value, const std::string& help);
  Command& option(const std::string& names, std::optional<std::string>& target, const std::string& value,
                  const std::string& help);
  Command& option(const std::string& names, std::vector<std::string>& target, const std::string& value,
                  const std::string& help);
  Command& option(const std::string& names, int64_t& target, const std::string& value, const std::string& help);
  Command& option(const std::string& names, Millis& target, const std::string& value, const std::string& help);
  Command& flag(const std::string& names, bool& target, const std::string& help);
  // A word without a dash; required unless the target is optional or a vector.
  Command& positional(const std::string& name, std::string& target, const std::string& help);
  Command& positional(const std::string& name, std::optional<std::string>& target, const std::string& help);
  Command& positional(const std::string& name, std::vector<std::string>& target, const std::string& help);

  // For the option or positional named last.
  Command& required();                              // must be given
  Command& many();                                  // of a list: one occurrence takes all words that follow
  Command& bare(const std::string& value);          // the option alone, without a value, means this one
  Command& environment(const std::string& name);    // taken from this variable where the command line is silent
  Command& one_of(std::vector<std::string> words);  // anything else is a usage error that lists them

  Command& hidden();                                  // not in the help
  Command& footer(const std::string& text);           // examples, shown under the help
  Command& action(std::function<Result<int>()> act);  // its value is the exit code

 private:
  std::shared_ptr<State> state_;
};

class Tool {
 public:
  Tool(const std::string& name, const std::string& summary);
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  ~Tool();

  // The tool itself, for tools without subcommands.
  Command root();
  Command command(const std::string& name, const std::string& summary);

  // Parses and runs one action. --help and --version print and give 0; `TOOL completion bash|zsh|fish` prints the
  // script by which that shell completes the tool's command lines, made from its commands and options. A wrong command
  // line prints "TOOL: error: ..." on stderr and gives 2; an action's Error is printed likewise and gives its exit
  // code.
  int run(int argc, const char* const* argv);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "deployer: error: rollout.yaml:12:7: ..." on stderr.
void print_error(std::string_view tool, const Error& error);

}  // namespace trunkline::base::cli
