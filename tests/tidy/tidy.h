#pragma once

#include <map>
#include <string>
#include <vector>

// The rules of ARCHITECTURE.md that a program can check, as a pure function over the source tree.
namespace trunkline::tidy {

// Path from the root ("base/core/clock.h") -> text. Sources (.h, .cpp) and the rooms' README.md.
using Tree = std::map<std::string, std::string>;

struct Finding {
  std::string rule;  // arrow | circle | door | word | vendor
  std::string path;
  std::string message;

  bool operator==(const Finding&) const = default;
};

// arrow:  a room includes a room that the table does not allow.
// circle: files include each other in a ring.
// door:   a header of another room (base excepted) that this room's README.md does not list as a door.
// word:   a header of base that fewer than two rooms use and that wraps no library.
// vendor: a third-party header outside the one folder that may include it, or shown by a header of ours.
std::vector<Finding> check(const Tree& tree);

// Every source file and README of the product below `root`, tests included.
Tree read_tree(const std::string& root);

}  // namespace trunkline::tidy
