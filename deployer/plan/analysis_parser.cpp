#include "deployer/plan/analysis_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

Result<Side> parse_side(std::string_view text) {
  if (text == "new") return Side::fresh;
  if (text == "stable") return Side::stable;
  return fail(Kind::invalid, fmt::format("expected new or stable, got \"{}\"", text));
}

Result<Missing> parse_missing(std::string_view text) {
  if (text == "inconclusive") return Missing::inconclusive;
  if (text == "fail") return Missing::fail;
  if (text == "pass") return Missing::pass;
  return fail(Kind::invalid, fmt::format("expected inconclusive, fail or pass, got \"{}\"", text));
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

Result<> read_query(const Fields& metric, ScrapeQuery& query) {
  TRY(metric.require("scrape"));
  TRY_ASSIGN(const auto scrape, metric.below("scrape", {"ratio", "rate", "quantile", "value", "window", "side"}));
  TRY(read_form(*scrape, query));
  TRY(scrape->read("window", query.window));
  if (query.window < base::Millis{100}) return scrape->wrong("window", "expected 100ms or more");
  return scrape->read_with("side", query.side, parse_side);
}

// A metric that is never measured would pass by silence.
Result<> check_bakes(const Fields& fields, const Metric& metric, const Strategy& strategy) {
  for (const base::Millis bake : {strategy.bake, strategy.post_promotion_bake}) {
    if (bake.count() == 0 || metric.initial_delay + metric.interval <= bake) continue;
    return fields.wrong(
        "interval",
        fmt::format("would never be measured in a bake of {} (initialDelay + interval is {})",
                    base::format_duration(bake), base::format_duration(metric.initial_delay + metric.interval)));
  }
  return {};
}

Result<Metric> read_metric(const YamlNode& node, const std::string& path, std::string_view file,
                           const Strategy& strategy) {
  TRY_ASSIGN(const Fields fields,
             Fields::open(node, path, file,
                          {"name", "scrape", "successCondition", "failureCondition", "interval", "initialDelay",
                           "count", "failureLimit", "inconclusiveLimit", "consecutiveErrorLimit"}));
  Metric metric;
  TRY(fields.require("name"));
  TRY(fields.read("name", metric.name));
  TRY(read_query(fields, metric.query));
  TRY(fields.read_with("successCondition", metric.success, parse_condition));
  TRY(fields.read_with("failureCondition", metric.failure, parse_condition));
  if (!metric.success && !metric.failure) return fields.wrong("", "expected a successCondition or a failureCondition");
  TRY(fields.read("interval", metric.interval));
  if (metric.interval < base::Millis{50}) return fields.wrong("interval", "expected 50ms or more");
  TRY(fields.read("initialDelay", metric.initial_delay));
  TRY(fields.read("count", metric.count));
  TRY(fields.read("failureLimit", metric.failure_limit));
  TRY(fields.read("inconclusiveLimit", metric.inconclusive_limit));
  TRY(fields.read("consecutiveErrorLimit", metric.consecutive_error_limit));
  TRY(check_bakes(fields, metric, strategy));
  return metric;
}

Result<> read_template(const YamlNode& node, const std::string& path, std::string_view file, const Strategy& strategy,
                       std::vector<Metric>& metrics) {
  TRY_ASSIGN(const Fields fields, Fields::open(node, path, file, {"metrics"}));
  TRY(fields.require("metrics"));
  const YamlNode& list = *fields.find("metrics");
  if (!list.is_sequence() || list.items.empty()) return fields.wrong("metrics", "expected a list of metrics");
  for (size_t i = 0; i < list.items.size(); ++i) {
    TRY_ASSIGN(Metric metric, read_metric(list.items[i], fmt::format("{}.metrics[{}]", path, i), file, strategy));
    const bool twice =
        std::any_of(metrics.begin(), metrics.end(), [&](const Metric& m) { return m.name == metric.name; });
    if (twice) return wrong_at(list.items[i], path, file, fmt::format("the metric \"{}\" stands twice", metric.name));
    metrics.push_back(std::move(metric));
  }
  return {};
}

}  // namespace

Result<> read_analysis(const Fields& root, const Strategy& strategy, Analysis& analysis) {
  TRY_ASSIGN(const auto fields, root.below("analysis", {"background", "onMissingData", "templates"}));
  if (!fields) return {};
  TRY(fields->read_with("onMissingData", analysis.on_missing, parse_missing));
  std::vector<std::string> names;
  TRY(fields->require("background"));
  TRY(fields->read("background", names));
  TRY(fields->require("templates"));
  const YamlNode& templates = *fields->find("templates");
  if (!templates.is_mapping()) return fields->wrong("templates", "expected a mapping of templates");
  std::vector<std::string_view> known;
  for (const auto& member : templates.members) known.push_back(member.key.text);
  for (size_t i = 0; i < names.size(); ++i) {
    const YamlNode* node = templates.find(names[i]);
    if (node == nullptr) {
      return wrong_at(fields->find("background")->items[i], "analysis.background", root.file(),
                      fmt::format("there is no template \"{}\"{}", names[i], base::did_you_mean(names[i], known)));
    }
    TRY(read_template(*node, "analysis.templates." + names[i], root.file(), strategy, analysis.background));
  }
  return {};
}

}  // namespace trunkline::deployer
