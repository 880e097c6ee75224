#pragma once

#include <span>

// How far one sample lies above another. Pure. Every value must be finite.
//
// Sources: Hodges and Lehmann, "Estimates of Location Based on Rank Tests" (1963): the median of all differences; the
// interval of Moses, which leaves out as many differences at each end as the U test allows (Hollander, Wolfe and
// Chicken, 4.3). R's wilcox.test gives the same where it is exact; with ties R corrects for them anew at each shift, we
// once.
namespace trunkline::deployer {

struct Shift {
  double estimate = 0;
  // The confidence interval. Infinite where the samples are too small for the confidence asked for.
  double low = 0;
  double high = 0;
};

// The shift of x above y, in the unit of the values; `confidence` of the two-sided interval, e.g. 0.98. Neither may be
// empty. Takes O((m + n) * 64), not the m * n of all differences.
Shift shift_between(std::span<const double> x, std::span<const double> y, double confidence);

}  // namespace trunkline::deployer
