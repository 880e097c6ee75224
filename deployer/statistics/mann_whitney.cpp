#include "deployer/statistics/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "deployer/statistics/normal.h"

namespace trunkline::deployer {
namespace {

// Half a step of U: the normal approximation is continuous, U is not.
constexpr double kContinuity = 0.5;

// Pairs with x > y, ties counted one half.
double pairs_above(std::span<const double> x, std::vector<double> y) {
  std::sort(y.begin(), y.end());
  double pairs = 0;
  for (const double value : x) {
    const auto [first, last] = std::equal_range(y.begin(), y.end(), value);
    pairs += static_cast<double>((first - y.begin()) + (last - y.begin())) / 2;
  }
  return pairs;
}

// The sum of t^3 - t over groups of t equal values.
double tie_term(std::span<const double> x, std::span<const double> y) {
  std::vector<double> all(x.begin(), x.end());
  all.insert(all.end(), y.begin(), y.end());
  std::sort(all.begin(), all.end());
  double sum = 0;
  for (auto group = all.begin(); group != all.end();) {
    const auto end = std::upper_bound(group, all.end(), *group);
    const auto t = static_cast<double>(end - group);
    sum += t * t * t - t;
    group = end;
  }
  return sum;
}

// Mann and Whitney's recurrence: the largest value is an x with chance m/(m+n), and is then above all n values of y.
std::vector<double> exact_distribution(size_t m, size_t n) {
  std::vector<std::vector<double>> row(m + 1, {1.0});  // by m, for the n of the round
  for (size_t j = 1; j <= n; ++j) {
    for (size_t i = 1; i <= m; ++i) {
      const double chance = static_cast<double>(i) / static_cast<double>(i + j);
      std::vector<double> next(i * j + 1, 0.0);
      for (size_t u = 0; u < row[i - 1].size(); ++u) next[u + j] += chance * row[i - 1][u];
      for (size_t u = 0; u < row[i].size(); ++u) next[u] += (1 - chance) * row[i][u];
      row[i] = std::move(next);
    }
  }
  return std::move(row[m]);
}

double p_value(const UDistribution& null, double u, Alternative alternative) {
  switch (alternative) {
    case Alternative::greater:
      return null.at_least(u);
    case Alternative::less:
      return null.at_most(u);
    case Alternative::two_sided:
      break;
  }
  return std::min(1.0, 2 * (u > null.mean ? null.at_least(u) : null.at_most(u)));
}

}  // namespace

double UDistribution::at_most(double u) const {
  if (exact.empty()) return deviation > 0 ? normal_cdf((u - mean + kContinuity) / deviation) : 1;
  if (u < 0) return 0;
  const size_t count = std::min(static_cast<size_t>(u) + 1, exact.size());
  return std::accumulate(exact.begin(), exact.begin() + static_cast<std::ptrdiff_t>(count), 0.0);
}

double UDistribution::at_least(double u) const {
  return at_most(2 * mean - u);  // U is symmetric about its mean
}

UDistribution u_distribution(std::span<const double> x, std::span<const double> y) {
  const auto m = static_cast<double>(x.size()), n = static_cast<double>(y.size());
  const double ties = tie_term(x, y), all = m + n;
  UDistribution null;
  null.mean = m * n / 2;
  null.deviation = std::sqrt(std::max(0.0, m * n / 12 * (all + 1 - ties / (all * (all - 1)))));
  if (ties == 0 && m * n <= static_cast<double>(kExactPairs)) null.exact = exact_distribution(x.size(), y.size());
  return null;
}

MannWhitney mann_whitney(std::span<const double> x, std::span<const double> y, Alternative alternative) {
  if (x.empty() || y.empty()) return {};
  const double u = pairs_above(x, {y.begin(), y.end()});
  const UDistribution null = u_distribution(x, y);
  return {u, p_value(null, u, alternative), !null.exact.empty()};
}

}  // namespace trunkline::deployer
