#include "deployer/plan/rollout.h"

#include <cmath>
#include <fmt/format.h>

#include "base/yaml/yaml.h"
#include "deployer/plan/analysis_parser.h"
#include "deployer/plan/config_parser.h"
#include "deployer/plan/default_analysis.h"
#include "deployer/plan/fields.h"
#include "deployer/plan/strategy_parser.h"
#include "deployer/plan/targets_parser.h"
#include "deployer/plan/tasks_parser.h"
#include "deployer/plan/traffic_parser.h"
#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

constexpr std::string_view kApiVersion = "trunkline/v1";

Result<std::string> parse_file_ref(std::string_view text) {
  constexpr std::string_view kScheme = "file:";
  if (text.starts_with(kScheme) && text.size() > kScheme.size()) return std::string(text.substr(kScheme.size()));
  return fail(Kind::invalid, fmt::format("expected file:PATH, got \"{}\"", text));
}

Result<std::string> parse_digest(std::string_view text) {
  constexpr std::string_view kScheme = "sha256:";
  if (text.starts_with(kScheme) && text.size() == kScheme.size() + 64 &&
      text.find_first_not_of("0123456789abcdef", kScheme.size()) == std::string_view::npos) {
    return std::string(text);
  }
  return fail(Kind::invalid, fmt::format("expected sha256: and 64 hex digits, got \"{}\"", text));
}

Result<> read_probe(const Fields& probes, std::string_view key, std::optional<HttpProbe>& target) {
  TRY_ASSIGN(const auto fields,
             probes.below(key, {"http", "period", "timeout", "failureThreshold", "successThreshold"}));
  if (!fields) return {};
  HttpProbe probe;
  TRY(fields->require("http"));
  TRY(fields->read("http", probe.path));
  if (!probe.path.starts_with("/")) return fields->wrong("http", "expected a path such as /readyz");
  TRY(fields->read("period", probe.period));
  TRY(fields->read("timeout", probe.timeout));
  TRY(fields->read("failureThreshold", probe.failure_threshold));
  TRY(fields->read("successThreshold", probe.success_threshold));
  if (probe.period < base::Millis{10}) return fields->wrong("period", "expected 10ms or more");
  if (probe.timeout < base::Millis{10}) return fields->wrong("timeout", "expected 10ms or more");
  if (probe.failure_threshold < 1) return fields->wrong("failureThreshold", "expected 1 or more");
  if (probe.success_threshold < 1) return fields->wrong("successThreshold", "expected 1 or more");
  target = std::move(probe);
  return {};
}

Result<> read_probes(const Fields& root, Probes& probes) {
  TRY_ASSIGN(const auto fields, root.below("probes", {"startup", "readiness", "identity"}));
  if (!fields) return {};
  TRY(read_probe(*fields, "startup", probes.startup));
  TRY(read_probe(*fields, "readiness", probes.readiness));
  return read_probe(*fields, "identity", probes.identity);
}

Result<> read_rollback(const Fields& root, Rollout& rollout) {
  TRY_ASSIGN(const auto fields, root.below("rollback", {"auto", "verifyFirst"}));
  if (!fields) return {};
  TRY(fields->read("auto", rollout.auto_rollback));
  return fields->read("verifyFirst", rollout.verify_first);
}

Result<> read_head(const Fields& root, Rollout& rollout) {
  std::string word;
  for (const char* key : {"apiVersion", "kind", "metadata", "artifact"}) TRY(root.require(key));
  TRY(root.read("apiVersion", word));
  if (word != kApiVersion) return root.wrong("apiVersion", fmt::format("expected {}, got \"{}\"", kApiVersion, word));
  TRY(root.read("kind", word));
  if (word != "Rollout") return root.wrong("kind", fmt::format("expected Rollout, got \"{}\"", word));
  TRY_ASSIGN(const auto metadata, root.below("metadata", {"name", "environment"}));
  TRY(metadata->require("name"));
  TRY(metadata->read_with("name", rollout.service, parse_id));
  TRY(metadata->read_with("environment", rollout.environment, parse_id));
  TRY_ASSIGN(const auto artifact, root.below("artifact", {"ref", "digest", "keep"}));
  TRY(artifact->require("ref"));
  rollout.artifact_at = artifact->where("ref");
  TRY(artifact->read_with("ref", rollout.artifact_ref, parse_file_ref));
  rollout.artifact_ref = beside(root.file(), rollout.artifact_ref);
  TRY(artifact->read_with("digest", rollout.artifact_digest, parse_digest));
  TRY(artifact->read("keep", rollout.keep_releases));
  return rollout.keep_releases < 1 ? artifact->wrong("keep", "expected 1 or more") : Result<>{};
}

}  // namespace

std::string_view to_string(StrategyType type) {
  switch (type) {
    case StrategyType::in_place:
      return "inPlace";
    case StrategyType::rolling:
      return "rolling";
    case StrategyType::one_box:
      return "oneBox";
    case StrategyType::canary:
      return "canary";
    case StrategyType::linear:
      return "linear";
    case StrategyType::blue_green:
      return "blueGreen";
    case StrategyType::all_at_once:
      return "allAtOnce";
  }
  return "allAtOnce";
}

bool by_share(StrategyType type) {
  return type == StrategyType::canary || type == StrategyType::linear || type == StrategyType::blue_green ||
         type == StrategyType::all_at_once;
}

int Amount::floor_of(int total) const {
  return is_percent ? static_cast<int>(std::floor(total * value / 100)) : static_cast<int>(value);
}

int Amount::ceiling_of(int total) const {
  return is_percent ? static_cast<int>(std::ceil(total * value / 100)) : static_cast<int>(value);
}

const Instance& place_at(const Rollout& rollout, int place) {
  const auto index = static_cast<size_t>(place), home = rollout.instances.size();
  return index < home ? rollout.instances[index] : rollout.twins[index - home];
}

std::vector<Instance> places_of(const Rollout& rollout) {
  std::vector<Instance> places = rollout.instances;
  places.insert(places.end(), rollout.twins.begin(), rollout.twins.end());
  return places;
}

Result<Rollout> parse_rollout(std::string_view text, std::string_view file) {
  TRY_ASSIGN(const YamlNode node, base::parse_yaml(text, file));
  TRY_ASSIGN(const Fields root,
             Fields::open(node, "", file,
                          {"apiVersion", "kind", "metadata", "artifact", "config", "targets", "traffic", "probes",
                           "strategy", "analysis", "tasks", "hooks", "rollback"}));
  Rollout rollout;
  rollout.file = std::string(file);
  TRY(read_head(root, rollout));
  TRY(read_config(root, rollout.config));
  TRY(read_targets(root, rollout));
  TRY(read_traffic(root, rollout.traffic));
  TRY(read_probes(root, rollout.probes));
  TRY_ASSIGN(const Templates templates, read_analysis(root, rollout.analysis));
  TRY(read_strategy(root, templates, rollout));
  TRY(check_bakes(templates, rollout));
  if (rollout.traffic && !root.has("analysis")) rollout.analysis = default_analysis(rollout);
  TRY(read_tasks(root, rollout.tasks));
  TRY(read_hooks(root, rollout.hooks));
  TRY(read_rollback(root, rollout));
  // For development, where one instance is the whole fleet.
  const bool unguarded = rollout.strategy.type == StrategyType::in_place && !rollout.says_min_healthy;
  if (unguarded) rollout.min_healthy = {0, false};
  return rollout;
}

}  // namespace trunkline::deployer
