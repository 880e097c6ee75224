#include "deployer/statistics/classification.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <vector>

namespace trunkline::deployer {
namespace {

std::vector<double> finite(std::span<const double> values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double value) { return std::isfinite(value); });
  return kept;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double ratio_of(double fresh, double stable) {
  if (stable > 0) return fresh / stable;
  if (fresh == stable) return 1;
  return fresh > stable ? std::numeric_limits<double>::infinity() : 0;
}

}  // namespace

std::string_view to_string(Comparison label) {
  switch (label) {
    case Comparison::pass:
      return "pass";
    case Comparison::high:
      return "high";
    case Comparison::low:
      return "low";
    case Comparison::nodata:
      return "nodata";
  }
  return "nodata";
}

Classification classify(std::span<const double> fresh, std::span<const double> stable, const EffectGate& gate) {
  const std::vector<double> x = finite(fresh), y = finite(stable);
  if (x.empty() || y.empty()) return {};
  Classification found{Comparison::pass, false, ratio_of(mean(x), mean(y)), shift_between(x, y, gate.confidence)};
  const double beyond = gate.tolerance * std::abs(found.shift.estimate);
  if (gate.direction != Direction::decrease && found.shift.low > beyond && found.ratio >= gate.allowed_increase) {
    found.label = Comparison::high;
    found.critical = found.ratio >= gate.critical_increase;
  } else if (gate.direction != Direction::increase && found.shift.high < -beyond &&
             found.ratio <= gate.allowed_decrease) {
    found.label = Comparison::low;
    found.critical = found.ratio <= gate.critical_decrease;
  }
  return found;
}

}  // namespace trunkline::deployer
