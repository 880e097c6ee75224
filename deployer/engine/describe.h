#pragma once

#include <string>

#include "deployer/engine/judge.h"

// Measurements and verdicts in words.
namespace trunkline::deployer {

// "0.041 against 0.01, x4.1, e-value 132"; why there is no value, where there is none. `run` includes the measurement.
std::string result_text(const Metric& metric, const Measurement& measurement, const MetricRun& run);

// "result < 0.25, x1.3 of stable": what is allowed.
std::string limit_text(const Metric& metric);

// "p99: 0.412 breaks result < 0.25 (quantile 0.99 of ... over 5s on the new side)": what a measurement ended a bake
// with.
std::string describe(const Metric& metric, const Measurement& measurement, const MetricRun& run);

// The same at the end of a bake, where conclude() is no pass.
std::string describe_end(const Metric& metric, const MetricRun& run);

}  // namespace trunkline::deployer
