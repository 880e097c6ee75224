#include "deployer/plan/rollout.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "base/core/text.h"
#include "base/yaml/yaml.h"
#include "deployer/plan/analysis_parser.h"
#include "deployer/plan/fields.h"
#include "deployer/plan/placeholders.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

constexpr std::string_view kApiVersion = "trunkline/v1";

Result<Instance> parse_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  int port = 0;
  if (colon != std::string_view::npos) {
    const auto [end, code] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    if (code != std::errc{} || end != text.data() + text.size()) port = 0;
  }
  if (colon == 0 || port < 1 || port > 65535) {
    return fail(Kind::invalid, fmt::format("expected an address such as 127.0.0.1:9001, got \"{}\"", text));
  }
  return Instance{"", std::string(text.substr(0, colon)), port};
}

Result<std::string> parse_id(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (text.size() > 64 || text.find_first_not_of(kAllowed) != std::string_view::npos || text.starts_with(".")) {
    return fail(Kind::invalid, fmt::format("expected a name of letters, digits, - _ and ., got \"{}\"", text));
  }
  return std::string(text);
}

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

// Relative paths start at the rollout file's folder, wherever it is read from.
std::string beside(std::string_view file, const std::string& path) {
  return (std::filesystem::absolute(file).parent_path() / path).lexically_normal().string();
}

Result<std::string> parse_endpoint(std::string_view text) {
  constexpr std::string_view kScheme = "unix:";
  if (text.starts_with(kScheme) && text.size() > kScheme.size()) return std::string(text.substr(kScheme.size()));
  return fail(Kind::invalid, fmt::format("expected unix:PATH of HAProxy's admin socket, got \"{}\"", text));
}

Result<StrategyType> parse_strategy_type(std::string_view text) {
  if (text == "oneBox") return StrategyType::one_box;
  if (text == "rolling") return StrategyType::rolling;
  return fail(Kind::invalid, fmt::format("expected oneBox or rolling, got \"{}\"", text));
}

Result<std::string> parse_driver(std::string_view text, std::string_view only) {
  if (text == only) return std::string(text);
  return fail(Kind::invalid, fmt::format("expected {}, got \"{}\"", only, text));
}

Result<> read_instances(const Fields& targets, std::vector<Instance>& instances) {
  TRY(targets.require("instances"));
  const YamlNode& list = *targets.find("instances");
  if (!list.is_sequence() || list.items.empty()) return targets.wrong("instances", "expected a list of instances");
  std::set<std::string> ids, addresses;
  for (size_t i = 0; i < list.items.size(); ++i) {
    const std::string path = fmt::format("targets.instances[{}]", i);
    TRY_ASSIGN(const Fields fields, Fields::open(list.items[i], path, targets.file(), {"id", "address"}));
    TRY(fields.require("id"));
    TRY(fields.require("address"));
    Instance instance;
    TRY(fields.read_with("address", instance, parse_address));
    TRY(fields.read_with("id", instance.id, parse_id));
    if (!ids.insert(instance.id).second) return fields.wrong("id", "stands twice");
    if (!addresses.insert(instance.address()).second) return fields.wrong("address", "stands twice");
    instances.push_back(std::move(instance));
  }
  return {};
}

Result<> read_command(const Fields& targets, Rollout& rollout) {
  TRY(targets.require("command"));
  TRY(targets.read("command", rollout.command));
  if (rollout.command.empty() || rollout.command.front().empty()) {
    return targets.wrong("command", "expected a program and its arguments");
  }
  for (const YamlNode& word : targets.find("command")->items)
    TRY(check_text(word, "targets.command", targets.file(), Place::instance));
  const YamlNode* variables = targets.find("environment");
  if (variables == nullptr) return {};
  if (!variables->is_mapping()) return targets.wrong("environment", "expected a mapping of variables");
  for (const auto& [key, value] : variables->members) {
    const bool is_name = !key.text.empty() && key.text.find_first_of(std::string_view("=\0", 2)) == std::string::npos;
    if (!is_name) return wrong_at(key, "targets.environment", targets.file(), "expected the name of a variable");
    if (!value.is_scalar())
      return wrong_at(value, "targets.environment." + key.text, targets.file(), "expected a text");
    TRY(check_text(value, "targets.environment." + key.text, targets.file(), Place::instance));
    rollout.variables[key.text] = value.text;
  }
  return {};
}

Result<> read_targets(const Fields& root, Rollout& rollout) {
  TRY(root.require("targets"));
  TRY_ASSIGN(const auto targets,
             root.below("targets", {"driver", "command", "environment", "instances", "minHealthy", "stopGrace"}));
  std::string driver;
  TRY(targets->read_with("driver", driver, [](std::string_view text) { return parse_driver(text, "process"); }));
  TRY(read_command(*targets, rollout));
  TRY(read_instances(*targets, rollout.instances));
  rollout.min_healthy_at = targets->where("minHealthy");
  TRY(targets->read("minHealthy", rollout.min_healthy));
  return targets->read("stopGrace", rollout.stop_grace);
}

Result<> read_traffic(const Fields& root, std::optional<Traffic>& target) {
  TRY_ASSIGN(const auto fields, root.below("traffic", {"driver", "endpoints", "service", "drain"}));
  if (!fields) return {};
  Traffic traffic;
  std::string driver;
  for (const char* key : {"driver", "endpoints", "service"}) TRY(fields->require(key));
  TRY(fields->read_with("driver", driver, [](std::string_view text) { return parse_driver(text, "haproxy"); }));
  TRY(fields->read("endpoints", traffic.endpoints));
  if (traffic.endpoints.empty()) return fields->wrong("endpoints", "expected at least one");
  for (size_t i = 0; i < traffic.endpoints.size(); ++i) {
    auto path = parse_endpoint(traffic.endpoints[i]);
    if (!path)
      return wrong_at(fields->find("endpoints")->items[i], "traffic.endpoints", root.file(), path.error().message);
    traffic.endpoints[i] = beside(root.file(), *path);
  }
  TRY(fields->read_with("service", traffic.service, parse_id));
  TRY_ASSIGN(const auto drain, fields->below("drain", {"timeout"}));
  if (drain) TRY(drain->read("timeout", traffic.drain_timeout));
  target = std::move(traffic);
  return {};
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

Result<> read_strategy(const Fields& root, Strategy& strategy) {
  TRY_ASSIGN(const auto fields, root.below("strategy", {"type", "maxUnavailable", "bake", "postPromotion"}));
  if (!fields) return {};
  TRY(fields->require("type"));
  TRY(fields->read_with("type", strategy.type, parse_strategy_type));
  TRY(fields->read("maxUnavailable", strategy.max_unavailable));
  if (strategy.max_unavailable.value < 1) return fields->wrong("maxUnavailable", "expected 1 or more");
  TRY(fields->read("bake", strategy.bake));
  if (strategy.type == StrategyType::one_box && strategy.bake.count() == 0) {
    return fields->wrong("bake", "oneBox needs the time for which the box is watched, such as 10m");
  }
  TRY_ASSIGN(const auto post, fields->below("postPromotion", {"bake"}));
  if (post) TRY(post->read("bake", strategy.post_promotion_bake));
  return {};
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
  TRY_ASSIGN(const auto artifact, root.below("artifact", {"ref", "digest"}));
  TRY(artifact->require("ref"));
  rollout.artifact_at = artifact->where("ref");
  TRY(artifact->read_with("ref", rollout.artifact_ref, parse_file_ref));
  rollout.artifact_ref = beside(root.file(), rollout.artifact_ref);
  return artifact->read_with("digest", rollout.artifact_digest, parse_digest);
}

}  // namespace

std::string_view to_string(StrategyType type) {
  switch (type) {
    case StrategyType::one_box:
      return "oneBox";
    case StrategyType::rolling:
      return "rolling";
  }
  return "rolling";
}

int Amount::floor_of(int total) const {
  return is_percent ? static_cast<int>(std::floor(total * value / 100)) : static_cast<int>(value);
}

int Amount::ceiling_of(int total) const {
  return is_percent ? static_cast<int>(std::ceil(total * value / 100)) : static_cast<int>(value);
}

Result<Rollout> parse_rollout(std::string_view text, std::string_view file) {
  TRY_ASSIGN(const YamlNode node, base::parse_yaml(text, file));
  TRY_ASSIGN(const Fields root, Fields::open(node, "", file,
                                             {"apiVersion", "kind", "metadata", "artifact", "targets", "traffic",
                                              "probes", "strategy", "analysis"}));
  Rollout rollout;
  rollout.file = std::string(file);
  TRY(read_head(root, rollout));
  TRY(read_targets(root, rollout));
  TRY(read_traffic(root, rollout.traffic));
  TRY(read_probes(root, rollout.probes));
  TRY(read_strategy(root, rollout.strategy));
  TRY(read_analysis(root, rollout.strategy, rollout.analysis));
  return rollout;
}

}  // namespace trunkline::deployer
