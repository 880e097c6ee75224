#include "deployer/statistics/normal.h"

#include <cmath>
#include <numbers>

namespace trunkline::deployer {

double normal_cdf(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

double normal_quantile(double p) {
  constexpr int kHalvings = 64;
  double low = -38, high = 38;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace trunkline::deployer
