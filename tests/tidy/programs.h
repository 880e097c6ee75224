#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

// The list of the programs that this repository starts (cmake/programs.txt), and what shell scripts start.
namespace trunkline::tidy {

struct Program {
  std::string name;                // as it is looked up in PATH
  std::string package;             // the Debian package that brings it
  std::set<std::string> purposes;  // build | demo | test | lint | fuzz | bench

  bool operator==(const Program&) const = default;
};

// Reads the lines "PROGRAM PACKAGE PURPOSE...". A line with fewer words, or a program that stands there twice, is left
// out and named in `problems` ("line 7: expected PROGRAM PACKAGE PURPOSE...").
std::vector<Program> parse_programs(std::string_view text, std::vector<std::string>& problems);

// The words in command position of a bash script: at the start of a command, and behind words that start another one
// (`exec`, `env`, `xargs`, `sudo`, ...). Functions, keywords, builtins, variables, and paths are left out. Comments,
// here-documents and texts in quotes are not read, but for command substitutions.
std::set<std::string> commands_in_script(std::string_view script);

}  // namespace trunkline::tidy
