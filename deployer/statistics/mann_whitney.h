#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Mann and Whitney's U test (Wilcoxon's rank sum test) of two samples: does one side give larger values? For ONE look
// at samples of a fixed size. Looked at after every sample it raises false alarms far more often than its p says; what
// may be looked at always is sequential_test.h. Pure. Every value must be finite.
//
// Sources: Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other"
// (1947); tie correction and continuity correction as in Hollander, Wolfe and Chicken, "Nonparametric Statistical
// Methods" (3rd ed., 4.1), which is what wilcox.test of R computes.
namespace trunkline::deployer {

enum class Alternative { two_sided, greater, less };  // greater: x tends to be larger than y

struct MannWhitney {
  double u = 0;  // pairs with x > y; a tie counts one half. R calls it W.
  double p = 1;
  bool exact = false;  // p is from the exact distribution, not from the normal approximation
};

// Exact where no two values are equal and there are at most kExactPairs pairs. p is 1 where a side is empty or all
// values are equal.
MannWhitney mann_whitney(std::span<const double> x, std::span<const double> y, Alternative alternative);

// What U may be under the null hypothesis, for samples of m and n of which none is empty.
struct UDistribution {
  std::vector<double> exact;  // P(U = u); empty: use the normal approximation
  double mean = 0;
  double deviation = 0;  // corrected for ties

  double at_most(double u) const;   // P(U <= u)
  double at_least(double u) const;  // P(U >= u)
};
UDistribution u_distribution(std::span<const double> x, std::span<const double> y);

// 30 values of each side take half a millisecond; from there on the normal p is off by less than 0.0015.
constexpr std::int64_t kExactPairs = 900;

}  // namespace trunkline::deployer
