#pragma once

#include <array>
#include <optional>
#include <vector>

#include "deployer/engine/judge.h"
#include "deployer/watch/line.h"

// Numbers as blocks of text. Pure.
namespace trunkline::deployer {

// "██████▌░░░░░" of so many columns. A part above 0 shows a little.
std::string bar(double part, size_t columns);

struct PlotPoint {
  std::optional<double> value;  // absent: it could not be measured
  Verdict verdict = Verdict::pass;
};

// The last measurements, one a column, two lines high, in the colours of their verdicts. The limit is a dashed line
// that is hidden where a value reaches above it.
std::array<Line, 2> plot(const std::vector<PlotPoint>& points, std::optional<double> limit, size_t columns);

}  // namespace trunkline::deployer
