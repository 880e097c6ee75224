#include "deployer/statistics/detectable.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "deployer/statistics/normal.h"
#include "deployer/statistics/sequential_test.h"

namespace trunkline::deployer {
namespace {

// The logarithm of one factor's product at the end, as a normal variable.
struct LogProduct {
  double mean = 0;
  double deviation = 0;

  double chance_to_reach(double threshold) const {
    if (deviation == 0) return mean >= threshold ? 1 : 0;
    return normal_cdf((mean - threshold) / deviation);
  }
};

LogProduct log_product(double log_factor, double base_ratio, double rise, double n, double m) {
  const double fresh_ratio = std::min(1.0, rise * base_ratio);
  const double x = n * fresh_ratio, y = m * base_ratio, k = x + y;
  const double draws = std::min(k, n), chance = k * n / (n + m) / draws, growth = std::expm1(log_factor);
  // What one more error of either side takes away.
  const double price = k < n ? std::log1p(chance * growth) : n / (n + m) * growth / (1 + chance * growth);
  const double variance =
      x * (1 - fresh_ratio) * (log_factor - price) * (log_factor - price) + y * (1 - base_ratio) * price * price;
  return {x * log_factor - draws * std::log1p(chance * growth), std::sqrt(variance)};
}

}  // namespace

double sequential_power(double base_ratio, double rise, const BakeTraffic& exposure, double alpha) {
  const double requests = exposure.requests_a_second * std::chrono::duration<double>(exposure.length).count();
  const double n = requests * exposure.share, m = requests - n;
  const double threshold = std::log(static_cast<double>(kLogFactors.size()) / alpha);
  double best = 0;
  for (const double log_factor : kLogFactors) {
    best = std::max(best, log_product(log_factor, base_ratio, rise, n, m).chance_to_reach(threshold));
  }
  return best;
}

std::optional<double> detectable_rise(double base_ratio, const BakeTraffic& exposure, double alpha, double power) {
  const bool in_range = base_ratio > 0 && base_ratio < 1 && exposure.requests_a_second > 0 && exposure.share > 0 &&
                        exposure.share < 1 && exposure.length > base::Millis{0} && alpha > 0 && alpha < 1 &&
                        power > 0 && power < 1;
  if (!in_range) return std::nullopt;
  double low = 1, high = 1 / base_ratio;
  if (sequential_power(base_ratio, high, exposure, alpha) < power) return std::nullopt;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    (sequential_power(base_ratio, middle, exposure, alpha) < power ? low : high) = middle;
  }
  return high;
}

}  // namespace trunkline::deployer
