#pragma once

#include <optional>

#include "base/core/clock.h"

// What a bake can see: the smallest rise of an error ratio that the sequential test finds. Pure.
namespace trunkline::deployer {

struct BakeTraffic {
  double requests_a_second = 0;  // of both sides together
  double share = 0;              // of the new side, in (0, 1)
  base::Millis length{0};
};

// How often the sequential test alarms by the end of the exposure, when the stable side fails with `base_ratio` and the
// new side `rise` times as often. An approximation: for each factor of the test's grid the logarithm of its product is
// taken as normal, with the mean and (by the delta method) the variance that binomial counts give it; the best factor
// counts, less the price of the mixture; only the last look counts. With fewer than about 5 errors expected on the new
// side counts are too coarse for it. The tests hold it to +- 0.1 of simulated runs around power 0.8.
double sequential_power(double base_ratio, double rise, const BakeTraffic& exposure, double alpha);

// The smallest rise, as a factor of `base_ratio`, that is found with chance `power`. Nothing, where not even a new side
// that always fails would be found, or an argument is out of its range.
std::optional<double> detectable_rise(double base_ratio, const BakeTraffic& exposure, double alpha = 0.01,
                                      double power = 0.8);

}  // namespace trunkline::deployer
