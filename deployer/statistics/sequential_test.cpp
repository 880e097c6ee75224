#include "deployer/statistics/sequential_test.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trunkline::deployer {
namespace {

bool is_possible(Counts counts) {
  return counts.errors >= 0 && counts.requests >= counts.errors;
}

double log_e_value(const SequentialTest& test) {
  const double largest = *std::max_element(test.log_products.begin(), test.log_products.end());
  double sum = 0;
  for (const double log_product : test.log_products) sum += std::exp(log_product - largest);
  return largest + std::log(sum / static_cast<double>(test.log_products.size()));
}

}  // namespace

bool observe(SequentialTest& test, Counts fresh, Counts stable, int burst) {
  if (burst < 1 || !is_possible(fresh) || !is_possible(stable)) return false;
  const auto x = static_cast<double>(fresh.errors), y = static_cast<double>(stable.errors);
  const auto n = static_cast<double>(fresh.requests), m = static_cast<double>(stable.requests);
  if (x + y == 0 || n == 0 || m == 0) return true;
  const double draws = std::min(x + y, n);
  const double chance = (x + y) * n / (n + m) / draws;
  const double mean = (x + y) * n / (n + m);
  for (size_t i = 0; i < kLogFactors.size(); ++i) {
    const double rise = std::expm1(kLogFactors[i]);
    test.log_products[i] += burst == 1 ? x * kLogFactors[i] - draws * std::log1p(chance * rise)
                                       : (x * kLogFactors[i] - mean * rise) / burst;
  }
  test.log_peak = std::max(test.log_peak, log_e_value(test));
  test.fresh_weight += x * m / (n + m);
  test.stable_weight += y * n / (n + m);
  return true;
}

double e_value(const SequentialTest& test) {
  return std::exp(log_e_value(test));
}

bool alarmed(const SequentialTest& test, double alpha) {
  return test.log_peak >= -std::log(alpha);
}

double always_valid_p(const SequentialTest& test) {
  return std::exp(-test.log_peak);
}

double rise(const SequentialTest& test) {
  if (test.stable_weight > 0) return test.fresh_weight / test.stable_weight;
  return test.fresh_weight > 0 ? std::numeric_limits<double>::infinity() : 1;
}

}  // namespace trunkline::deployer
