#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "deployer/statistics/sequential_test.h"

namespace trunkline::deployer {

// What both sides answered since the bake began.
struct BothCounts {
  Counts fresh, stable;
  bool operator==(const BothCounts&) const = default;
};

// One result of a check: a value, or why there is none.
struct Measurement {
  enum class Kind { value, missing, error };
  Kind kind = Kind::missing;
  double value = 0;
  std::string detail = {};  // why it is missing or in error; of a value: why the stable side's is missing
  int64_t samples = 0;      // requests to the new side since the bake began, where the check counts them
  // Of a comparison:
  std::optional<double> stable = {};      // the same on the stable side
  bool alone = false;                     // there is no stable side in this bake, or nobody is on it
  std::optional<BothCounts> counts = {};  // of a ratio of errors

  // NaN and infinities become missing.
  static Measurement of(double value, int64_t samples = 0);
  static Measurement missing(std::string why) { return {Kind::missing, 0, std::move(why)}; }
  static Measurement error(std::string why) { return {Kind::error, 0, std::move(why)}; }

  // The new side's measurement beside the stable side's. An error of either is one of both; no data of the new side is
  // no data, of the stable side its `detail`.
  static Measurement of_both(Measurement fresh, const Measurement& stable);
  static Measurement unopposed(Measurement fresh);

  bool operator==(const Measurement&) const = default;
};

}  // namespace trunkline::deployer
