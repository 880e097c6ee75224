#pragma once

#include <string>

namespace trunkline::deployer {

// A promise that was broken, and how.
struct Violation {
  int promise = 0;  // of the nine
  std::string what;
};

}  // namespace trunkline::deployer
