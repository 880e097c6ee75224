#pragma once

#include <string>
#include <vector>

namespace trunkline::deployer {

// The lines of a terminal, with the colours of their escape sequences, as SVG.
std::string picture_of(const std::vector<std::string>& lines);

}  // namespace trunkline::deployer
