#pragma once

#include <optional>
#include <vector>

#include "deployer/engine/measurement.h"
#include "deployer/plan/metric.h"
#include "deployer/statistics/classification.h"
#include "deployer/statistics/sequential_test.h"

// The new side against the stable side during one bake. Pure.
namespace trunkline::deployer {

struct Contest {
  bool met = false;      // there was a stable side to compare with
  SequentialTest test;   // of errors
  Counts fresh, stable;  // counted into the test up to here
  // One a measurement, the last kMostValues of each side.
  std::vector<double> fresh_values, stable_values;

  bool operator==(const Contest&) const = default;
};

constexpr size_t kMostValues = 500;

// Counts a measurement in. An increment that cannot be (an error was counted before its request) is kept for the next.
void count_in(Contest& contest, const Against& against, const Measurement& measurement);

// Whether the sequential test has told by now that the new side fails more often, by more than is allowed.
bool lost(const Contest& contest, const Against& against);

// What Mann and Whitney's test says of all values: one look, at the end. Nothing with too few values for any difference
// to be enough.
std::optional<Classification> classify_all(const Contest& contest, const Against& against);

// Whether one value is too much against the other one. Of a stable side at 0 every ratio is: then only the difference
// that is allowed counts.
bool exceeds(const Against& against, double fresh, double stable);

}  // namespace trunkline::deployer
