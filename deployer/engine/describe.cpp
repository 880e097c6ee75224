#include "deployer/engine/describe.h"

#include <cmath>
#include <fmt/format.h>

namespace trunkline::deployer {
namespace {

using Kind = Measurement::Kind;
using Test = Against::Test;

// "x4.1"; "" where there is no ratio to speak of.
std::string ratio_text(const Metric& metric, const Measurement& measurement, const MetricRun& run) {
  if (metric.against->test == Test::sequential) {
    const double times = rise(run.contest.test);
    return std::isfinite(times) ? fmt::format(", x{:.3g}", times) : "";
  }
  if (measurement.stable && *measurement.stable > 0) {
    return fmt::format(", x{:.3g}", measurement.value / *measurement.stable);
  }
  return "";
}

// What a value breaks.
std::string breach(const Metric& metric, const Measurement& m, const MetricRun& run) {
  if (metric.failure && metric.failure->holds(m.value)) return "meets failureCondition " + to_string(*metric.failure);
  if (metric.success && !metric.success->holds(m.value)) return "breaks " + to_string(*metric.success);
  if (!metric.against || m.alone) return "is within its limit";
  if (lost(run.contest, *metric.against)) {
    const double times = rise(run.contest.test);
    return fmt::format("{} ({} of {} requests against {} of {}, e-value {:.4g}, alpha {})",
                       std::isfinite(times) ? fmt::format("fails {:.3g} times as often as the stable side", times)
                                            : "fails where the stable side does not",
                       run.contest.fresh.errors, run.contest.fresh.requests, run.contest.stable.errors,
                       run.contest.stable.requests, e_value(run.contest.test), metric.against->alpha);
  }
  if (!m.stable) return "has nothing to be compared with " + m.detail;
  return fmt::format("against {:.4g} on the stable side is more than x{}", *m.stable, metric.against->max_ratio);
}

}  // namespace

std::string result_text(const Metric& metric, const Measurement& measurement, const MetricRun& run) {
  if (measurement.kind != Kind::value) return measurement.detail;
  if (metric.asks<SyntheticQuery>()) return measurement.value == 0 ? "well" : measurement.detail;
  std::string text = fmt::format("{:.4g}", measurement.value);
  if (!metric.against) return text;
  if (measurement.alone) return text + ", no stable side";
  if (measurement.stable) {
    text += fmt::format(" against {:.4g}", *measurement.stable);
  } else {
    text += ", no data " + measurement.detail;
  }
  text += ratio_text(metric, measurement, run);
  if (metric.against->test == Test::sequential) text += fmt::format(", e-value {:.3g}", e_value(run.contest.test));
  return text;
}

std::string limit_text(const Metric& metric) {
  std::string text = metric.success ? to_string(*metric.success) : metric.failure ? to_string(*metric.failure) : "";
  if (!metric.against) return text;
  if (!text.empty()) text += ", ";
  const std::string test(to_string(metric.against->test));
  return fmt::format("{}x{} of stable{}", text, metric.against->max_ratio, test.empty() ? "" : " (" + test + ")");
}

std::string describe(const Metric& metric, const Measurement& measurement, const MetricRun& run) {
  const std::string query = to_string(metric.query);
  if (measurement.kind == Kind::missing) {
    return fmt::format("{}: no data ({}; {})", metric.name, measurement.detail, query);
  }
  if (measurement.kind == Kind::error) {
    return fmt::format("{}: could not be measured ({}; {})", metric.name, measurement.detail, query);
  }
  if (metric.asks<SyntheticQuery>()) return fmt::format("{}: {} ({})", metric.name, measurement.detail, query);
  return fmt::format("{}: {:.4g} {} ({})", metric.name, measurement.value, breach(metric, measurement, run), query);
}

std::string describe_end(const Metric& metric, const MetricRun& run) {
  const bool measured = run.passes + run.failures > 0;
  if (!metric.against || !measured) return metric.name + ": was not measured during the bake";
  const auto found = classify_all(run.contest, *metric.against);
  if (!found) {
    return fmt::format("{}: only {} values of each side, {} are needed to compare them", metric.name,
                       run.contest.fresh_values.size(), kLeastValues);
  }
  return fmt::format("{}: higher than on the stable side, x{:.3g} (Mann and Whitney's test of {} values a side; {})",
                     metric.name, found->ratio, run.contest.fresh_values.size(), to_string(metric.query));
}

}  // namespace trunkline::deployer
