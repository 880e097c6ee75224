#include "deployer/statistics/mann_whitney.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using Values = std::vector<double>;

// How often each U comes up over all ways to give m of the m+n ranks to x.
std::vector<double> enumerate(unsigned m, unsigned n) {
  std::vector<double> count(m * n + 1, 0);
  double all = 0;
  for (unsigned mask = 0; mask < 1U << (m + n); ++mask) {
    if (std::popcount(mask) != static_cast<int>(m)) continue;
    unsigned u = 0, below = 0;
    for (unsigned rank = 0; rank < m + n; ++rank) {
      if ((mask >> rank & 1U) != 0) {
        u += below;
      } else {
        ++below;
      }
    }
    ++count[u];
    ++all;
  }
  for (double& c : count) c /= all;
  return count;
}

Values numbers(unsigned count, double first) {
  Values values;
  for (unsigned i = 0; i < count; ++i) values.push_back(first + i);
  return values;
}

// Hollander and Wolfe (1973), p. 69: permeability of a membrane; an example of R's wilcox.test.
TEST(MannWhitney, GivesWhatRPrintsForHollanderAndWolfesPermeabilities) {
  const Values x = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}, y = {1.15, 0.88, 0.90, 0.74, 1.21};
  const MannWhitney greater = mann_whitney(x, y, Alternative::greater);
  EXPECT_EQ(greater.u, 35);
  EXPECT_TRUE(greater.exact);
  EXPECT_NEAR(greater.p, 0.1272, 0.00005);
  EXPECT_NEAR(mann_whitney(x, y, Alternative::two_sided).p, 0.2544, 0.0001);
  EXPECT_NEAR(mann_whitney(y, x, Alternative::less).p, greater.p, 1e-12);
}

// Ozone in May and August of R's airquality, the last example of wilcox.test: with ties, W = 127.5, p = 0.0001208.
TEST(MannWhitney, GivesWhatRPrintsForTheOzoneOfMayAndAugust) {
  const Values may = {41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,  18,
                      14, 34, 6,  30, 11, 1,  11, 4, 32, 23, 45, 115, 37};
  const Values august = {39, 9,  16, 78, 35, 66, 122, 89,  110, 44, 28,  65, 22,
                         59, 23, 31, 44, 21, 9,  45,  168, 73,  76, 118, 84, 85};
  const MannWhitney found = mann_whitney(may, august, Alternative::two_sided);
  EXPECT_EQ(found.u, 127.5);
  EXPECT_FALSE(found.exact);
  EXPECT_NEAR(found.p, 0.0001208, 0.00000005);
}

// https://endmemo.com/r/wilcoxon.php: W = 51.5, p = 0.5966, with continuity correction.
TEST(MannWhitney, CorrectsForTies) {
  const Values x = {1, 5, 9, 24, 56, 21, 3, 7, 21, 4}, y = {12, 15, 5, 9, 9, 14, 56, 22, 3, 7, 32, 5};
  const MannWhitney found = mann_whitney(x, y, Alternative::two_sided);
  EXPECT_EQ(found.u, 51.5);
  EXPECT_NEAR(found.p, 0.5966, 0.00005);
}

TEST(MannWhitney, IsExactlyWhatEnumerationOfAllSmallSamplesGives) {
  for (unsigned m = 1; m <= 7; ++m) {
    for (unsigned n = 1; n <= 7; ++n) {
      const std::vector<double> expected = enumerate(m, n);
      const UDistribution null = u_distribution(numbers(m, 0), numbers(n, 0.5));
      ASSERT_EQ(null.exact.size(), expected.size());
      double at_most = 0;
      for (size_t u = 0; u < expected.size(); ++u) {
        at_most += expected[u];
        EXPECT_NEAR(null.exact[u], expected[u], 1e-12) << m << " " << n << " " << u;
        EXPECT_NEAR(null.at_most(static_cast<double>(u)), at_most, 1e-12);
        EXPECT_NEAR(null.at_least(static_cast<double>(u)), 1 - at_most + expected[u], 1e-12);
      }
    }
  }
}

TEST(MannWhitney, GoesFromTheExactToTheNormalDistributionWithoutAStep) {
  const UDistribution exact = u_distribution(numbers(30, 0), numbers(30, 0.5));
  ASSERT_FALSE(exact.exact.empty());
  UDistribution normal = exact;
  normal.exact.clear();
  for (int u = 0; u <= 900; ++u) EXPECT_NEAR(normal.at_least(u), exact.at_least(u), 0.0015) << u;
  EXPECT_TRUE(u_distribution(numbers(30, 0), numbers(31, 0.5)).exact.empty());
  EXPECT_FALSE(mann_whitney(numbers(30, 0), numbers(31, 0.5), Alternative::greater).exact);
}

TEST(MannWhitney, SaysNothingWithoutValuesOrWithoutADifference) {
  EXPECT_EQ(mann_whitney({}, Values{1, 2}, Alternative::greater).p, 1);
  EXPECT_EQ(mann_whitney(Values{3, 3, 3}, Values{3, 3}, Alternative::two_sided).p, 1);
  EXPECT_EQ(mann_whitney(Values{3, 3, 3}, Values{3, 3}, Alternative::greater).p, 1);
}

}  // namespace
}  // namespace trunkline::deployer
