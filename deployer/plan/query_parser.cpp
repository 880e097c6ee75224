#include "deployer/plan/query_parser.h"

#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/core/text.h"
#include "base/http/url.h"
#include "deployer/plan/placeholders.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

constexpr std::array<std::string_view, 7> kQueryForms = {"haproxy", "scrape", "query",    "http",
                                                         "exec",    "alerts", "instances"};

Result<Side> parse_side(std::string_view text) {
  if (text == "new") return Side::fresh;
  if (text == "stable") return Side::stable;
  return fail(Kind::invalid, fmt::format("expected new or stable, got \"{}\"", text));
}

Result<> read_selector(const Fields& fields, std::string_view key, Selector& selector) {
  TRY(fields.require(key));
  return fields.read_with(key, selector, parse_selector);
}

Result<> read_form(const Fields& scrape, ScrapeQuery& query) {
  int forms = 0;
  for (const char* key : {"ratio", "rate", "quantile", "value"}) forms += scrape.has(key) ? 1 : 0;
  if (forms != 1) return scrape.wrong("", "expected one of ratio, rate, quantile and value");
  if (scrape.has("rate")) {
    query.form = ScrapeQuery::Form::rate;
    return read_selector(scrape, "rate", query.of);
  }
  if (scrape.has("value")) return read_selector(scrape, "value", query.of);
  TRY_ASSIGN(const auto ratio, scrape.below("ratio", {"of", "over"}));
  if (ratio) {
    query.form = ScrapeQuery::Form::ratio;
    query.over.emplace();
    TRY(read_selector(*ratio, "of", query.of));
    return read_selector(*ratio, "over", *query.over);
  }
  TRY_ASSIGN(const auto quantile, scrape.below("quantile", {"q", "of"}));
  query.form = ScrapeQuery::Form::quantile;
  TRY(quantile->require("q"));
  TRY(quantile->read("q", query.q));
  if (!(query.q > 0 && query.q < 1)) return quantile->wrong("q", "expected a number between 0 and 1");
  return read_selector(*quantile, "of", query.of);
}

Result<Query> read_scrape(const Fields& metric) {
  TRY_ASSIGN(const auto scrape, metric.below("scrape", {"ratio", "rate", "quantile", "value", "window", "side"}));
  ScrapeQuery query;
  TRY(read_form(*scrape, query));
  TRY(scrape->read("window", query.window));
  if (query.window < base::Millis{100}) return scrape->wrong("window", "expected 100ms or more");
  TRY(scrape->read_with("side", query.side, parse_side));
  return query;
}

Result<> read_url(const Fields& fields, Place place, std::string& url) {
  TRY(fields.require("url"));
  TRY(fields.read("url", url));
  const auto parsed = base::parse_url(url);
  if (!parsed) return fields.wrong("url", parsed.error().message);
  return check_text(*fields.find("url"), fields.path_of("url"), fields.file(), place);
}

Result<> read_timeout(const Fields& fields, base::Millis& timeout) {
  TRY(fields.read("timeout", timeout));
  if (timeout < base::Millis{10}) return fields.wrong("timeout", "expected 10ms or more");
  return {};
}

Result<Query> read_http(const Fields& metric, Place place) {
  TRY_ASSIGN(const auto http, metric.below("http", {"url", "pointer", "timeout"}));
  HttpQuery query;
  TRY(read_url(*http, place, query.url));
  TRY(http->read("pointer", query.pointer));
  if (!query.pointer.empty() && !query.pointer.starts_with('/')) {
    return http->wrong("pointer", "expected a JSON pointer such as /data/value");
  }
  TRY(read_timeout(*http, query.timeout));
  return query;
}

Result<Query> read_exec(const Fields& metric, Place place) {
  TRY_ASSIGN(const auto exec, metric.below("exec", {"command", "timeout"}));
  ExecQuery query;
  TRY(exec->require("command"));
  TRY(exec->read("command", query.command));
  if (query.command.empty()) return exec->wrong("command", "expected a program and its arguments");
  for (const YamlNode& word : exec->find("command")->items) {
    TRY(check_text(word, exec->path_of("command"), exec->file(), place));
  }
  TRY(read_timeout(*exec, query.timeout));
  return query;
}

Result<AlertsQuery::Api> parse_api(std::string_view text) {
  if (text == "prometheus") return AlertsQuery::Api::prometheus;
  if (text == "alertmanager") return AlertsQuery::Api::alertmanager;
  return fail(Kind::invalid, fmt::format("expected prometheus or alertmanager, got \"{}\"", text));
}

// Without `match`: those of this service.
Result<Query> read_alerts(const Fields& metric) {
  TRY_ASSIGN(const auto alerts, metric.below("alerts", {"url", "api", "match", "timeout"}));
  AlertsQuery query;
  TRY(read_url(*alerts, Place::query, query.url));
  while (query.url.ends_with('/')) query.url.pop_back();
  TRY(alerts->read_with("api", query.api, parse_api));
  TRY(read_timeout(*alerts, query.timeout));
  query.match = {{"service", "{{service}}"}};
  if (!alerts->has("match")) return query;
  query.match.clear();
  TRY(alerts->read("match", query.match));
  if (query.match.empty()) return alerts->wrong("match", "expected labels and their values");
  for (const auto& [label, value] : alerts->find("match")->members) {
    TRY(check_text(value, alerts->path_of("match"), alerts->file(), Place::query));
  }
  return query;
}

Result<Query> read_instances(const Fields& metric) {
  TRY_ASSIGN(const auto instances, metric.below("instances", {"side"}));
  InstancesQuery query;
  TRY(instances->read_with("side", query.side, parse_side));
  return query;
}

Result<HaproxyQuery::Of> parse_of(std::string_view text) {
  using Of = HaproxyQuery::Of;
  for (const Of of : {Of::error_ratio, Of::response_time, Of::connection_errors}) {
    if (text == to_string(of)) return of;
  }
  return fail(Kind::invalid, fmt::format("expected errorRatio, responseTime or connectionErrors, got \"{}\"", text));
}

// `haproxy: errorRatio`, or a mapping that names a side, too.
Result<Query> read_haproxy(const Fields& metric, bool balancers) {
  if (!balancers) return metric.wrong("haproxy", "asks the balancers: the file has no `traffic`");
  HaproxyQuery query;
  if (metric.find("haproxy")->is_scalar()) {
    TRY(metric.read_with("haproxy", query.of, parse_of));
    return query;
  }
  TRY_ASSIGN(const auto haproxy, metric.below("haproxy", {"of", "side"}));
  TRY(haproxy->require("of"));
  TRY(haproxy->read_with("of", query.of, parse_of));
  TRY(haproxy->read_with("side", query.side, parse_side));
  return query;
}

Result<Query> read_prometheus(const Fields& metric, const std::optional<PrometheusQuery>& provider, Place place) {
  if (!provider) return metric.wrong("query", "is asked of a provider: give the template one, { prometheus: { url } }");
  PrometheusQuery query = *provider;
  TRY(metric.read("query", query.text));
  if (base::trim(query.text).empty()) return metric.wrong("query", "expected a query");
  TRY(check_text(*metric.find("query"), metric.path_of("query"), metric.file(), place));
  return query;
}

}  // namespace

Result<std::optional<PrometheusQuery>> read_provider(const Fields& fields) {
  TRY_ASSIGN(const auto provider, fields.below("provider", {"prometheus"}));
  if (!provider) return std::nullopt;
  TRY(provider->require("prometheus"));
  TRY_ASSIGN(const auto prometheus, provider->below("prometheus", {"url", "timeout", "maxStaleness"}));
  PrometheusQuery query;
  TRY(read_url(*prometheus, Place::query, query.url));
  TRY(read_timeout(*prometheus, query.timeout));
  TRY(prometheus->read_with("maxStaleness", query.max_staleness, base::parse_duration));
  if (query.max_staleness && *query.max_staleness < base::Millis{1000}) {
    return prometheus->wrong("maxStaleness", "expected 1s or more");
  }
  while (query.url.ends_with('/')) query.url.pop_back();
  return query;
}

Result<Query> read_query(const Fields& metric, const Askable& askable) {
  int forms = 0;
  for (const std::string_view key : kQueryForms) forms += metric.has(key) ? 1 : 0;
  if (forms != 1) return metric.wrong("", fmt::format("expected one of {}", fmt::join(kQueryForms, ", ")));
  if (metric.has("haproxy")) return read_haproxy(metric, askable.balancers);
  if (metric.has("scrape")) return read_scrape(metric);
  const Place place = metric.has("compare") ? Place::query_of_side : Place::query;
  if (metric.has("http")) return read_http(metric, place);
  if (metric.has("exec")) return read_exec(metric, place);
  if (metric.has("alerts")) return read_alerts(metric);
  if (metric.has("instances")) return read_instances(metric);
  return read_prometheus(metric, askable.prometheus, place);
}

}  // namespace trunkline::deployer
