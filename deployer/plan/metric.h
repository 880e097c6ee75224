#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"

// What is measured during a bake and where its limits are. Argo Rollouts' words; see docs/formats/rollout.md.
namespace trunkline::deployer {

// Which instances a query looks at: those of the change, or those of the revision before.
enum class Side { fresh, stable };
std::string_view to_string(Side side);  // "new" | "stable", the words of the file

// "result OP number" and nothing more.
struct Condition {
  std::string op;  // < <= > >= == !=
  double limit = 0;

  bool holds(double result) const;
  bool operator==(const Condition&) const = default;
};
std::string to_string(const Condition& condition);  // "result < 0.25"
base::Result<Condition> parse_condition(std::string_view text);

// A series by name and labels, as in PromQL: http_requests_total{route="redirect",status=~"5.."}.
struct Selector {
  struct Matcher {
    std::string label;
    std::string value;
    bool is_regex = false;  // =~, anchored at both ends
    bool operator==(const Matcher&) const = default;
  };
  std::string name;
  std::vector<Matcher> matchers;

  bool operator==(const Selector&) const = default;
};
std::string to_string(const Selector& selector);
base::Result<Selector> parse_selector(std::string_view text);

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

using Query = std::variant<ScrapeQuery, PrometheusQuery, HttpQuery, ExecQuery>;
std::string to_string(const Query& query);

// Every text of a query in which placeholders are replaced.
std::vector<std::string*> texts_of(Query& query);

struct Metric {
  std::string name;
  Query query;
  // Only success: false is a fail. Only failure: false is a pass. Both: neither true is inconclusive, failure wins.
  std::optional<Condition> success;
  std::optional<Condition> failure;
  base::Millis interval{10'000};
  base::Millis initial_delay{0};
  int count = 0;  // measurements until the metric has passed; 0: until the bake ends
  // The metric fails (is inconclusive, is in error) with more than so many.
  int failure_limit = 0;
  int inconclusive_limit = 0;
  int consecutive_error_limit = 4;

  bool operator==(const Metric&) const = default;
};

// What a missing result (NaN, Inf, no data) counts as.
enum class Missing { inconclusive, fail, pass };

}  // namespace trunkline::deployer
