#include "deployer/plan/analysis_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "deployer/plan/against_parser.h"
#include "deployer/plan/query_parser.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

Result<Missing> parse_missing(std::string_view text) {
  if (text == "inconclusive") return Missing::inconclusive;
  if (text == "fail") return Missing::fail;
  if (text == "pass") return Missing::pass;
  return fail(Kind::invalid, fmt::format("expected inconclusive, fail or pass, got \"{}\"", text));
}

Result<Metric> read_metric(const YamlNode& node, const std::string& path, std::string_view file, const Askable& askable,
                           base::Where& interval_at) {
  TRY_ASSIGN(const Fields fields, Fields::open(node, path, file,
                                               {"name",
                                                "scrape",
                                                "query",
                                                "http",
                                                "exec",
                                                "alerts",
                                                "instances",
                                                "haproxy",
                                                "successCondition",
                                                "failureCondition",
                                                "compare",
                                                "maxRatio",
                                                "minDifference",
                                                "test",
                                                "alpha",
                                                "burst",
                                                "onMissingData",
                                                "dryRun",
                                                "interval",
                                                "initialDelay",
                                                "count",
                                                "failureLimit",
                                                "inconclusiveLimit",
                                                "consecutiveErrorLimit"}));
  Metric metric;
  TRY(fields.require("name"));
  TRY(fields.read("name", metric.name));
  TRY_ASSIGN(metric.query, read_query(fields, askable));
  TRY(fields.read_with("successCondition", metric.success, parse_condition));
  TRY(fields.read_with("failureCondition", metric.failure, parse_condition));
  const bool counts_troubles = metric.asks<AlertsQuery>() || metric.asks<InstancesQuery>();
  if (!metric.success && !metric.failure && counts_troubles) metric.success = Condition{"==", 0};
  TRY_ASSIGN(metric.against, read_against(fields, metric.query));
  if (!metric.success && !metric.failure && !metric.against) {
    return fields.wrong("", "expected a successCondition or a failureCondition");
  }
  TRY(fields.read_with("onMissingData", metric.on_missing, parse_missing));
  TRY(fields.read("dryRun", metric.dry_run));
  TRY(fields.read("interval", metric.interval));
  if (metric.interval < base::Millis{50}) return fields.wrong("interval", "expected 50ms or more");
  TRY(fields.read("initialDelay", metric.initial_delay));
  TRY(fields.read("count", metric.count));
  TRY(fields.read("failureLimit", metric.failure_limit));
  TRY(fields.read("inconclusiveLimit", metric.inconclusive_limit));
  TRY(fields.read("consecutiveErrorLimit", metric.consecutive_error_limit));
  const bool at_end = metric.against && metric.against->test == Against::Test::mann_whitney;
  if (at_end && metric.count > 0 && metric.count < kLeastValues) {
    return fields.wrong("count", fmt::format("mannWhitney needs {} or more", kLeastValues));
  }
  interval_at = fields.where("interval");
  return metric;
}

Result<> read_template(const YamlNode& node, const std::string& name, const Fields& root, Analysis& analysis,
                       Templates& templates) {
  const std::string_view file = root.file();
  const std::string path = "analysis.templates." + name;
  TRY_ASSIGN(const Fields fields, Fields::open(node, path, file, {"provider", "metrics"}));
  Askable askable{std::nullopt, root.has("traffic")};
  TRY_ASSIGN(askable.prometheus, read_provider(fields));
  TRY(fields.require("metrics"));
  const YamlNode& list = *fields.find("metrics");
  if (!list.is_sequence() || list.items.empty()) return fields.wrong("metrics", "expected a list of metrics");
  for (size_t i = 0; i < list.items.size(); ++i) {
    base::Where interval_at;
    TRY_ASSIGN(Metric metric,
               read_metric(list.items[i], fmt::format("{}.metrics[{}]", path, i), file, askable, interval_at));
    const bool twice = std::any_of(analysis.metrics.begin(), analysis.metrics.end(),
                                   [&](const Metric& m) { return m.name == metric.name; });
    if (twice) return wrong_at(list.items[i], path, file, fmt::format("the metric \"{}\" stands twice", metric.name));
    templates.metrics[name].push_back(static_cast<int>(analysis.metrics.size()));
    templates.places.push_back(interval_at);
    analysis.metrics.push_back(std::move(metric));
  }
  return {};
}

}  // namespace

Result<std::vector<int>> Templates::find(const std::string& name, const YamlNode& node, std::string_view path,
                                         std::string_view file) const {
  const auto found = metrics.find(name);
  if (found != metrics.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [other, ignored] : metrics) known.emplace_back(other);
  return wrong_at(node, path, file,
                  fmt::format("there is no template \"{}\"{}", name, base::did_you_mean(name, known)));
}

Result<Templates> read_analysis(const Fields& root, Analysis& analysis) {
  Templates templates;
  TRY_ASSIGN(const auto fields, root.below("analysis", {"background", "onMissingData", "templates"}));
  if (!fields) return templates;
  TRY(fields->read_with("onMissingData", analysis.on_missing, parse_missing));
  TRY(fields->require("templates"));
  const YamlNode& list = *fields->find("templates");
  if (!list.is_mapping()) return fields->wrong("templates", "expected a mapping of templates");
  for (const auto& [key, node] : list.members) {
    TRY(read_template(node, key.text, root, analysis, templates));
  }
  std::vector<std::string> names;
  TRY(fields->read("background", names));
  for (size_t i = 0; i < names.size(); ++i) {
    TRY_ASSIGN(const std::vector<int> metrics,
               templates.find(names[i], fields->find("background")->items[i], "analysis.background", root.file()));
    analysis.background.insert(analysis.background.end(), metrics.begin(), metrics.end());
  }
  return templates;
}

std::vector<std::pair<base::Millis, std::vector<int>>> bakes_of(const Rollout& rollout) {
  std::vector<std::pair<base::Millis, std::vector<int>>> bakes = {{rollout.strategy.bake, {}},
                                                                  {rollout.strategy.post_promotion_bake, {}}};
  for (const Wave& wave : rollout.waves) bakes.emplace_back(wave.bake, std::vector<int>{});
  for (const Step& step : rollout.strategy.ramp) {
    if (const auto* bake = std::get_if<step::Bake>(&step)) bakes.emplace_back(bake->length, bake->metrics);
  }
  return bakes;
}

Result<> check_bakes(const Templates& templates, const Rollout& rollout) {
  for (const auto& [length, own] : bakes_of(rollout)) {
    std::vector<int> metrics = rollout.analysis.background;
    metrics.insert(metrics.end(), own.begin(), own.end());
    for (const int index : metrics) {
      const Metric& metric = rollout.analysis.metrics[static_cast<size_t>(index)];
      const base::Millis first = metric.least_bake();
      if (length.count() == 0 || first <= length) continue;
      return fail(Kind::invalid,
                  fmt::format("{}: would never be measured in a bake of {} (initialDelay + interval{} is {})",
                              metric.name, base::format_duration(length),
                              first > metric.initial_delay + metric.interval ? fmt::format(" * {}", kLeastValues) : "",
                              base::format_duration(first)),
                  templates.places[static_cast<size_t>(index)]);
    }
  }
  return {};
}

}  // namespace trunkline::deployer
