#include "deployer/plan/analysis_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "deployer/plan/against_parser.h"
#include "deployer/plan/metric_keys.h"
#include "deployer/plan/query_parser.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

const Table kTemplateKeys{{
    {"provider", mapping_of(kProviderKeys), false, "Whom the metrics' query is asked of."},
    {"metrics", with(Value::some_mappings, kMetricKeys), true, "What is measured."},
}};

Result<Metric> read_metric(const Fields& fields, const Askable& askable) {
  Metric metric;
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
  fields.read("onMissingData", metric.on_missing, kMissing);
  TRY(fields.read("dryRun", metric.dry_run));
  TRY(fields.read("interval", metric.interval));
  TRY(fields.read("initialDelay", metric.initial_delay));
  TRY(fields.read("count", metric.count));
  TRY(fields.read("failureLimit", metric.failure_limit));
  TRY(fields.read("inconclusiveLimit", metric.inconclusive_limit));
  TRY(fields.read("consecutiveErrorLimit", metric.consecutive_error_limit));
  const bool at_end = metric.against && metric.against->test == Against::Test::mann_whitney;
  if (at_end && metric.count > 0 && metric.count < kLeastValues) {
    return fields.wrong("count", fmt::format("mannWhitney needs {} or more", kLeastValues));
  }
  return metric;
}

Result<> read_template(const Fields& fields, const std::string& name, bool balancers, Analysis& analysis,
                       Templates& templates) {
  Askable askable{std::nullopt, balancers};
  TRY_ASSIGN(askable.prometheus, read_provider(fields));
  TRY_ASSIGN(const std::vector<Fields> metrics, fields.each("metrics"));
  for (const Fields& member : metrics) {
    TRY_ASSIGN(Metric metric, read_metric(member, askable));
    const bool twice = std::any_of(analysis.metrics.begin(), analysis.metrics.end(),
                                   [&](const Metric& m) { return m.name == metric.name; });
    if (twice) return member.wrong("name", "stands twice");
    templates.metrics[name].push_back(static_cast<int>(analysis.metrics.size()));
    templates.places.push_back(member.where("interval"));
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

const Table kAnalysisKeys{{
    {"background", Value::texts, false, "The names of the templates that judge every bake."},
    {"onMissingData", word_of(kMissing.words), false, "What a result that is no number counts as.", "inconclusive"},
    {"templates", with(Value::named_mappings, kTemplateKeys), true, "Metrics under a name."},
}};

Result<Templates> read_analysis(const Fields& root, Analysis& analysis) {
  Templates templates;
  TRY_ASSIGN(const auto fields, root.below("analysis"));
  if (!fields) return templates;
  fields->read("onMissingData", analysis.on_missing, kMissing);
  TRY_ASSIGN(const auto named, fields->named("templates"));
  for (const auto& [name, members] : named) {
    TRY(read_template(members, name, root.has("traffic"), analysis, templates));
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
