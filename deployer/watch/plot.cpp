#include "deployer/watch/plot.h"

#include <algorithm>
#include <cmath>

#include "deployer/look/reporter.h"

namespace trunkline::deployer {
using base::cli::Colour;

namespace {

constexpr int kCell = 8;  // steps of one character
constexpr int kHigh = 2 * kCell;
constexpr std::array<const char*, kCell + 1> kRising = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, kCell> kGrowing = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

// From which value to which the plot reaches. The limit is in sight, with some room above it. Values that are all far
// from 0 are looked at more closely.
struct Scale {
  double low = 0, high = 1;

  int steps(double value) const {
    return static_cast<int>(std::lround(std::clamp((value - low) / (high - low), 0.0, 1.0) * kHigh));
  }
};

Scale scale_of(const std::vector<PlotPoint>& points, std::optional<double> limit) {
  std::vector<double> values;
  for (const PlotPoint& point : points) {
    if (point.value) values.push_back(*point.value);
  }
  if (limit) values.push_back(*limit);
  if (values.empty()) return {};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  Scale scale{std::min(*least, 0.0), *most};
  if (limit) scale.high = std::max(scale.high, *limit + std::abs(*limit) / 3);
  if (*least > *most / 2 && *most > *least) {
    scale.low = *least - (*most - *least) / 2;
    scale.high = *most + (*most - *least) / 2;
  }
  if (scale.high <= scale.low) scale.high = scale.low + 1;
  return scale;
}

Span cell(const PlotPoint& point, const Scale& scale, int base, bool limit_here) {
  if (!point.value) return {base == 0 ? "·" : " ", colour_of(point.verdict)};
  // What is measured is seen, though it be 0.
  const int steps = std::max(scale.steps(*point.value), 1);
  const int here = std::clamp(steps - base, 0, kCell);
  if (here == 0 && limit_here) return {"╌", Colour::dim};
  return {kRising[static_cast<size_t>(here)], colour_of(point.verdict)};
}

}  // namespace

std::string bar(double part, size_t columns) {
  const double clamped = std::clamp(std::isfinite(part) ? part : 0.0, 0.0, 1.0);
  auto steps = static_cast<size_t>(std::lround(clamped * static_cast<double>(columns * kCell)));
  if (clamped > 0) steps = std::max<size_t>(steps, 1);
  std::string text;
  for (size_t i = 0; i < steps / kCell; ++i) text += kRising[kCell];
  text += kGrowing[steps % kCell];
  for (size_t i = (steps + kCell - 1) / kCell; i < columns; ++i) text += "░";
  return text;
}

std::array<Line, 2> plot(const std::vector<PlotPoint>& points, std::optional<double> limit, size_t columns) {
  const size_t count = std::min(points.size(), columns);
  const std::vector<PlotPoint> seen(points.end() - static_cast<long>(count), points.end());
  const Scale scale = scale_of(seen, limit);
  std::array<Line, 2> lines;
  for (const int base : {kCell, 0}) {
    Line& line = lines[base == 0 ? 1 : 0];
    const int at = limit ? scale.steps(*limit) : -1;
    const bool limit_here = limit && (base == 0 ? at < kCell : at >= kCell);
    for (const PlotPoint& point : seen) line.push_back(cell(point, scale, base, limit_here));
    for (size_t i = count; i < columns; ++i) line.push_back({limit_here ? "╌" : " ", Colour::dim});
  }
  return lines;
}

}  // namespace trunkline::deployer
