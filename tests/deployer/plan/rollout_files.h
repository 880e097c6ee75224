#pragma once

#include <string>
#include <vector>

// Rollout files that the parser and the editors' schema both take, or both refuse.
namespace trunkline::deployer {

struct NamedText {
  std::string name, text;
};
std::vector<NamedText> good_rollout_files();

struct BrokenText {
  std::string text;
  std::string refusal;  // how the parser's message begins
};
std::vector<BrokenText> broken_rollout_files();

}  // namespace trunkline::deployer
