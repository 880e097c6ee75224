#include "deployer/plan/query_parser.h"

#include "base/core/text.h"
#include "base/http/url.h"
#include "deployer/plan/placeholders.h"

namespace trunkline::deployer {
using base::Result;
using base::YamlNode;

namespace {

Result<> read_form(const Fields& scrape, ScrapeQuery& query) {
  if (scrape.has("rate")) {
    query.form = ScrapeQuery::Form::rate;
    return scrape.read_with("rate", query.of, parse_selector);
  }
  if (scrape.has("value")) return scrape.read_with("value", query.of, parse_selector);
  TRY_ASSIGN(const auto ratio, scrape.below("ratio"));
  if (ratio) {
    query.form = ScrapeQuery::Form::ratio;
    query.over.emplace();
    TRY(ratio->read_with("of", query.of, parse_selector));
    return ratio->read_with("over", *query.over, parse_selector);
  }
  TRY_ASSIGN(const auto quantile, scrape.below("quantile"));
  query.form = ScrapeQuery::Form::quantile;
  TRY(quantile->read("q", query.q));
  return quantile->read_with("of", query.of, parse_selector);
}

Result<Query> read_scrape(const Fields& metric) {
  TRY_ASSIGN(const auto scrape, metric.below("scrape"));
  ScrapeQuery query;
  TRY(read_form(*scrape, query));
  TRY(scrape->read("window", query.window));
  scrape->read("side", query.side, kSides);
  return query;
}

Result<> read_url(const Fields& fields, Place place, std::string& url) {
  TRY(fields.read("url", url));
  const auto parsed = base::parse_url(url);
  if (!parsed) return fields.wrong("url", parsed.error().message);
  return check_text(*fields.find("url"), fields.path_of("url"), fields.file(), place);
}

Result<Query> read_http(const Fields& metric, Place place) {
  TRY_ASSIGN(const auto http, metric.below("http"));
  HttpQuery query;
  TRY(read_url(*http, place, query.url));
  TRY(http->read("pointer", query.pointer));
  if (!query.pointer.empty() && !query.pointer.starts_with('/')) {
    return http->wrong("pointer", "expected a JSON pointer such as /data/value");
  }
  TRY(http->read("timeout", query.timeout));
  return query;
}

Result<Query> read_exec(const Fields& metric, Place place) {
  TRY_ASSIGN(const auto exec, metric.below("exec"));
  ExecQuery query;
  TRY(exec->read("command", query.command));
  if (query.command.empty()) return exec->wrong("command", "expected a program and its arguments");
  for (const YamlNode& word : exec->find("command")->items) {
    TRY(check_text(word, exec->path_of("command"), exec->file(), place));
  }
  TRY(exec->read("timeout", query.timeout));
  return query;
}

// Without `match`: those of this service.
Result<Query> read_alerts(const Fields& metric) {
  TRY_ASSIGN(const auto alerts, metric.below("alerts"));
  AlertsQuery query;
  TRY(read_url(*alerts, Place::query, query.url));
  while (query.url.ends_with('/')) query.url.pop_back();
  alerts->read("api", query.api, kAlertsApis);
  TRY(alerts->read("timeout", query.timeout));
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
  TRY_ASSIGN(const auto instances, metric.below("instances"));
  InstancesQuery query;
  instances->read("side", query.side, kSides);
  return query;
}

// `haproxy: errorRatio`, or a mapping that names a side, too.
Result<Query> read_haproxy(const Fields& metric, bool balancers) {
  if (!balancers) return metric.wrong("haproxy", "asks the balancers: the file has no `traffic`");
  HaproxyQuery query;
  if (metric.find("haproxy")->is_scalar()) {
    metric.read("haproxy", query.of, kHaproxyCounts);
    return query;
  }
  TRY_ASSIGN(const auto haproxy, metric.below("haproxy"));
  haproxy->read("of", query.of, kHaproxyCounts);
  haproxy->read("side", query.side, kSides);
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
  TRY_ASSIGN(const auto provider, fields.below("provider"));
  if (!provider) return std::nullopt;
  TRY_ASSIGN(const auto prometheus, provider->below("prometheus"));
  PrometheusQuery query;
  TRY(read_url(*prometheus, Place::query, query.url));
  TRY(prometheus->read("timeout", query.timeout));
  TRY(prometheus->read("maxStaleness", query.max_staleness));
  while (query.url.ends_with('/')) query.url.pop_back();
  return query;
}

Result<Query> read_query(const Fields& metric, const Askable& askable) {
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
