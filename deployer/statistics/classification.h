#pragma once

#include <span>
#include <string_view>

#include "deployer/statistics/shift.h"

// Is the new side higher or lower than the stable side, by enough to matter? The rules are those of Kayenta's
// MannWhitneyClassifier (NetflixACAJudge-v1.0) and so are the defaults. Pure. For one look at the end, as the U test.
namespace trunkline::deployer {

enum class Direction { increase, decrease, either };  // which change is bad

struct EffectGate {
  Direction direction = Direction::either;
  double confidence = 0.98;  // of the interval of the shift
  double tolerance = 0.25;   // the interval must begin beyond so much of the estimated shift
  // Ratios of the means, new / stable: what is within is allowed, what is beyond the critical ones is critical.
  double allowed_increase = 1;
  double allowed_decrease = 1;
  double critical_increase = 1;
  double critical_decrease = 1;
};

enum class Comparison { pass, high, low, nodata };
std::string_view to_string(Comparison label);

struct Classification {
  Comparison label = Comparison::nodata;
  bool critical = false;
  double ratio = 1;  // of the means; infinite where the stable side's is not above 0 and the new side's is higher
  Shift shift = {};  // of the new side above the stable side
};

// Values that are no number are left out; nodata where nothing is left of a side. Unlike Kayenta, a side whose values
// are all equal gets no random noise, and a stable mean of 0 does not let every rise pass.
Classification classify(std::span<const double> fresh, std::span<const double> stable, const EffectGate& gate);

}  // namespace trunkline::deployer
