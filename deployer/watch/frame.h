#pragma once

#include <string>
#include <vector>

#include "deployer/watch/view.h"

namespace trunkline::deployer {

// At most `height` lines of at most `width` columns. What does not fit is left out, the least important first: of the
// steps those far from the current one stay away, of what was told the oldest. Pure.
std::vector<std::string> render(const WatchView& view, size_t width, size_t height, bool colour);

}  // namespace trunkline::deployer
