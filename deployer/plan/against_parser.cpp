#include "deployer/plan/against_parser.h"

#include <algorithm>

#include "deployer/plan/placeholders.h"

namespace trunkline::deployer {
using base::Result;

namespace {

constexpr double kMaxRatio = 1.2;  // with a test
constexpr double kMostRatio = 1'000'000;

bool names_a_side(Query& query) {
  const auto texts = texts_of(query);
  return std::any_of(texts.begin(), texts.end(), [](const std::string* text) {
    const auto names = placeholders_of(*text).value_or(std::vector<std::string>{});
    return std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.starts_with("side."); });
  });
}

Result<> check_both_sides(const Fields& metric, Query& query) {
  if (const auto* scrape = std::get_if<ScrapeQuery>(&query)) {
    if (scrape->side == Side::stable) return metric.wrong("compare", "measures the new side: leave `side` out");
    return {};
  }
  if (const auto* haproxy = std::get_if<HaproxyQuery>(&query)) {
    if (haproxy->side == Side::stable) return metric.wrong("compare", "measures the new side: leave `side` out");
    if (haproxy->of != HaproxyQuery::Of::connection_errors) return {};
    return metric.wrong("compare", "connectionErrors is no ratio: errorRatio has them in it, too");
  }
  if (std::holds_alternative<AlertsQuery>(query) || std::holds_alternative<InstancesQuery>(query)) {
    return metric.wrong("compare", "alerts and instances have no other side to compare with");
  }
  if (names_a_side(query)) return {};
  return metric.wrong("compare", "asks once a side: name {{side.version}} or {{side.digest}} in what is asked");
}

bool counts_errors(const Query& query) {
  const auto* scrape = std::get_if<ScrapeQuery>(&query);
  const auto* haproxy = std::get_if<HaproxyQuery>(&query);
  if (haproxy != nullptr) return haproxy->of == HaproxyQuery::Of::error_ratio;
  return scrape != nullptr && scrape->form == ScrapeQuery::Form::ratio;
}

Result<> read_limits(const Fields& metric, Against& against) {
  using Test = Against::Test;
  if (against.test == Test::none) TRY(metric.require("maxRatio"));
  if (against.test != Test::none) against.max_ratio = kMaxRatio;
  TRY(metric.read("maxRatio", against.max_ratio));
  if (against.max_ratio > kMostRatio) return metric.wrong("maxRatio", "expected 1000000 or less");
  if (against.test != Test::none && metric.has("minDifference")) {
    return metric.wrong("minDifference", "is for maxRatio without a test");
  }
  TRY(metric.read("minDifference", against.min_difference));
  for (const char* key : {"alpha", "burst"}) {
    if (metric.has(key) && against.test != Test::sequential) return metric.wrong(key, "needs test: sequential");
  }
  TRY(metric.read("alpha", against.alpha));
  return metric.read("burst", against.burst);
}

}  // namespace

Result<std::optional<Against>> read_against(const Fields& metric, Query query) {
  if (!metric.has("compare")) {
    for (const char* key : {"maxRatio", "minDifference", "test", "alpha", "burst"}) {
      if (metric.has(key)) return metric.wrong(key, "needs compare: stable");
    }
    return std::nullopt;
  }
  TRY(check_both_sides(metric, query));
  Against against;
  metric.read("test", against.test, kTests);
  if (against.test == Against::Test::sequential && !counts_errors(query)) {
    return metric.wrong("test", "sequential counts errors: it needs a scrape of a ratio, or haproxy: errorRatio");
  }
  TRY(read_limits(metric, against));
  return against;
}

}  // namespace trunkline::deployer
