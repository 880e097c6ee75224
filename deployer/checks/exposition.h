#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace trunkline::deployer {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;

  bool operator==(const Sample&) const = default;
};

// Reads the Prometheus text format 0.0.4; comments and timestamps are passed over. Kind::invalid with the line for
// anything else, for more than 200,000 samples and for a label of more than 4096 bytes.
base::Result<std::vector<Sample>> parse_exposition(std::string_view text);

}  // namespace trunkline::deployer
