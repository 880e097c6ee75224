#pragma once

#include <string>
#include <vector>

#include "base/core/json.h"

namespace trunkline::flags {

// The way of one evaluation through a rule, step by step, for people who ask why.
struct Trace {
  struct Step {
    int depth = 0;     // of the step that asked for this one, plus one
    base::Json rule;   // as a person writes it
    base::Json value;  // what came out
  };
  std::vector<Step> steps;  // in the order in which they were begun
  int depth = 0;
};

}  // namespace trunkline::flags
