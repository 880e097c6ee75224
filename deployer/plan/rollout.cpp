#include "deployer/plan/rollout.h"

#include <cmath>
#include <fmt/format.h>

#include "base/yaml/yaml.h"
#include "deployer/plan/analysis_parser.h"
#include "deployer/plan/config_parser.h"
#include "deployer/plan/default_analysis.h"
#include "deployer/plan/fields.h"
#include "deployer/plan/probes_parser.h"
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

constexpr std::string_view kApiVersions[] = {"trunkline/v1"};
constexpr std::string_view kKinds[] = {"Rollout"};

const Table kMetadataKeys{{
    {"name", Value::id, true, "The service: letters, digits, -, _ and ."},
    {"environment", Value::id, false, "Kept in the history.", "production"},
    {"owner", Value::text, false, "Who is told of by status and explain."},
    {"runbook", Value::text, false, "What is read when it is held; told of by status and explain."},
}};

const Table kArtifactKeys{{
    {"ref", like("^file:.", Value::text), true,
     "file:PATH of an artifact, from the rollout file's folder; --artifact replaces it."},
    {"digest", like("^sha256:[0-9a-f]{64}$", Value::text), false, "Refuses an artifact with another digest."},
    {"keep", at_least(1, Value::count), false, "So many revisions stay unpacked, beside those that are needed.", "5"},
}};

const Table kRollbackKeys{{
    {"auto", Value::flag, false, "false: held where it would be taken back.", "true"},
    {"verifyFirst", Value::flag, false,
     "By share: the old revision is looked at before users are sent back to it; if it is not well, held.", "true"},
}};

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

Result<> read_rollback(const Fields& root, Rollout& rollout) {
  TRY_ASSIGN(const auto fields, root.below("rollback"));
  if (!fields) return {};
  TRY(fields->read("auto", rollout.auto_rollback));
  return fields->read("verifyFirst", rollout.verify_first);
}

Result<> read_head(const Fields& root, Rollout& rollout) {
  TRY_ASSIGN(const auto metadata, root.below("metadata"));
  TRY(metadata->read_with("name", rollout.service, parse_id));
  TRY(metadata->read_with("environment", rollout.environment, parse_id));
  TRY(metadata->read("owner", rollout.owner));
  TRY(metadata->read("runbook", rollout.runbook));
  TRY_ASSIGN(const auto artifact, root.below("artifact"));
  rollout.artifact_at = artifact->where("ref");
  TRY(artifact->read_with("ref", rollout.artifact_ref, parse_file_ref));
  rollout.artifact_ref = beside(root.file(), rollout.artifact_ref);
  TRY(artifact->read_with("digest", rollout.artifact_digest, parse_digest));
  return artifact->read("keep", rollout.keep_releases);
}

}  // namespace

const Table kRolloutKeys{{
    {"apiVersion", word_of(kApiVersions), true, "The version of this format."},
    {"kind", word_of(kKinds), true, "What the file describes."},
    {"metadata", mapping_of(kMetadataKeys), true, "Whose rollout it is."},
    {"artifact", mapping_of(kArtifactKeys), true, "What is released."},
    {"config", mapping_of(kConfigKeys), false, "Files that are part of the revision."},
    {"targets", mapping_of(kTargetsKeys), true, "Where it runs, and how."},
    {"traffic", mapping_of(kTrafficKeys), false, "The load balancers that users come through."},
    {"probes", mapping_of(kProbesKeys), false, "How an instance is asked whether it is well."},
    {"strategy", mapping_of(kStrategyKeys), false, "In which steps users meet the new revision."},
    {"analysis", mapping_of(kAnalysisKeys), false,
     "What is measured during bakes. Without it, the balancers' errors and response times."},
    {"tasks", with(Value::mappings, kTaskKeys), false, "Commands that run with the new artifact, once a revision."},
    {"hooks", mapping_of(kHooksKeys), false, "Commands that run between the steps."},
    {"rollback", mapping_of(kRollbackKeys), false, "How a change is taken back."},
}};

std::string_view to_string(StrategyType type) {
  return kStrategyTypes.word_for(type);
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
  TRY_ASSIGN(const Fields root, Fields::open(node, "", file, kRolloutKeys));
  Rollout rollout;
  rollout.file = std::string(file);
  TRY(read_head(root, rollout));
  TRY(read_config(root, rollout.config));
  TRY(read_targets(root, rollout));
  TRY(read_traffic(root, rollout.traffic));
  TRY(read_probes(root, rollout.probes));
  TRY_ASSIGN(Templates templates, read_analysis(root, rollout.analysis));
  TRY(read_strategy(root, templates, rollout));
  if (rollout.traffic && !root.has("analysis")) rollout.analysis = default_analysis(rollout);
  templates.places.resize(rollout.analysis.metrics.size());
  TRY(add_synthetic(root, rollout.analysis, templates));
  TRY(check_bakes(templates, rollout));
  TRY(read_tasks(root, rollout.tasks));
  TRY(read_hooks(root, rollout.hooks));
  TRY(read_rollback(root, rollout));
  // For development, where one instance is the whole fleet.
  const bool unguarded = rollout.strategy.type == StrategyType::in_place && !rollout.says_min_healthy;
  if (unguarded) rollout.min_healthy = {0, false};
  return rollout;
}

}  // namespace trunkline::deployer
