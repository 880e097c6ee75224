#pragma once

// The standard normal distribution. Pure.
namespace trunkline::deployer {

// P(Z <= z), by the error function.
double normal_cdf(double z);

// The z with P(Z <= z) = p, for p in (0, 1), by bisection of normal_cdf in [-38, 38].
double normal_quantile(double p);

}  // namespace trunkline::deployer
