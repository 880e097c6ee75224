#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/core/clock.h"
#include "deployer/plan/choices.h"
#include "deployer/plan/selector.h"

// What a metric asks, and whom. See docs/formats/rollout.md.
namespace trunkline::deployer {

// Which instances a query looks at: those of the change, or those of the revision before.
enum class Side { fresh, stable };
constexpr Choices<Side, 2> kSides{{"new", "stable"}, {Side::fresh, Side::stable}};
std::string_view to_string(Side side);

// The closed form of the scrape provider, over a window of the instances' own /metrics:
//   value     the last value, summed over instances
//   rate      growth a second
//   ratio     growth of `of` over growth of `over`
//   quantile  q of the histogram `of` (its _bucket series), interpolated as Prometheus does
struct ScrapeQuery {
  enum class Form { value, rate, ratio, quantile };
  Form form = Form::value;
  Selector of;
  std::optional<Selector> over;  // ratio only
  double q = 0;                  // quantile only
  base::Millis window{30'000};
  Side side = Side::fresh;

  bool operator==(const ScrapeQuery&) const = default;
};
std::string to_string(const ScrapeQuery& query);

// PromQL asked of a Prometheus server. It must give one value.
struct PrometheusQuery {
  std::string url;
  std::string text;
  base::Millis timeout{5000};
  std::optional<base::Millis> max_staleness = {};  // a sample that is older is missing

  bool operator==(const PrometheusQuery&) const = default;
};

// A number (or a text that is one) in the JSON that a URL answers.
struct HttpQuery {
  std::string url;
  std::string pointer;  // RFC 6901: "/data/0/value"; "" is the whole answer
  base::Millis timeout{5000};

  bool operator==(const HttpQuery&) const = default;
};

// The number that a program prints.
struct ExecQuery {
  std::vector<std::string> command;
  base::Millis timeout{10'000};

  bool operator==(const ExecQuery&) const = default;
};

// Whether a program that does what users do, against one instance of the new side at a time, ends well: 0 if it does, 1
// if not.
struct SyntheticQuery {
  std::vector<std::string> command;
  base::Millis timeout{5000};

  bool operator==(const SyntheticQuery&) const = default;
};

// How many alerts fire whose labels are these.
struct AlertsQuery {
  enum class Api { prometheus, alertmanager };  // /api/v1/alerts | /api/v2/alerts, without silenced and inhibited ones
  std::string url;
  Api api = Api::prometheus;
  std::map<std::string, std::string> match;
  base::Millis timeout{5000};

  bool operator==(const AlertsQuery&) const = default;
};
constexpr Choices<AlertsQuery::Api, 2> kAlertsApis{{"prometheus", "alertmanager"},
                                                   {AlertsQuery::Api::prometheus, AlertsQuery::Api::alertmanager}};
std::string_view to_string(AlertsQuery::Api api);

// How often instances of the side were started again since the bake began, and how many of them do not run now.
struct InstancesQuery {
  Side side = Side::fresh;

  bool operator==(const InstancesQuery&) const = default;
};

// What the balancers counted for the servers of a side since the bake began.
struct HaproxyQuery {
  enum class Of {
    error_ratio,       // requests that got a 5xx or no answer, of all
    response_time,     // average time to the answer, in ms
    connection_errors  // requests for which no connection could be had
  };
  Of of = Of::error_ratio;
  Side side = Side::fresh;

  bool operator==(const HaproxyQuery&) const = default;
};
constexpr Choices<HaproxyQuery::Of, 3> kHaproxyCounts{
    {"errorRatio", "responseTime", "connectionErrors"},
    {HaproxyQuery::Of::error_ratio, HaproxyQuery::Of::response_time, HaproxyQuery::Of::connection_errors}};
std::string_view to_string(HaproxyQuery::Of of);

using Query = std::variant<ScrapeQuery, PrometheusQuery, HttpQuery, ExecQuery, SyntheticQuery, AlertsQuery,
                           InstancesQuery, HaproxyQuery>;
std::string to_string(const Query& query);

// Every text of a query in which placeholders are replaced.
std::vector<std::string*> texts_of(Query& query);

}  // namespace trunkline::deployer
