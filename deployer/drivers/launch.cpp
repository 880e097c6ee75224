#include "deployer/drivers/launch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/core/digest.h"
#include "deployer/plan/placeholders.h"

namespace trunkline::deployer {
using base::Json;
using base::JsonArray;
using base::JsonObject;

namespace {

JsonArray array_of(const std::vector<std::string>& texts) {
  return JsonArray(texts.begin(), texts.end());
}

using Texts = std::map<std::string, std::string>;

Texts texts_of(const Json* json) {
  Texts texts;
  if (json == nullptr || !json->is_object()) return texts;
  for (const auto& member : json->as_object()) {
    if (member.value().is_string()) texts[member.key()] = member.value().as_string();
  }
  return texts;
}

JsonObject object_of(const Texts& texts) {
  JsonObject object;
  for (const auto& [name, value] : texts) object[name] = value;
  return object;
}

}  // namespace

std::string config_digest(const Launch& launch) {
  JsonObject json{{"command", array_of(launch.command)}, {"environment", object_of(launch.variables)}};
  if (!launch.files.empty()) json["files"] = object_of(launch.files);
  if (!launch.secrets.empty()) json["secrets"] = object_of(launch.secrets);
  return base::sha256(base::to_text(json));
}

std::vector<std::string> differences(const Launch& before, const Launch& after) {
  std::vector<std::string> lines;
  const auto compare = [&lines](std::string_view what, const Texts& old, const Texts& now) {
    for (const auto& [name, value] : now) {
      const auto found = old.find(name);
      if (found == old.end()) lines.push_back(fmt::format("{} {} is new", what, name));
      if (found != old.end() && found->second != value) lines.push_back(fmt::format("{} {} is another", what, name));
    }
    for (const auto& [name, ignored] : old) {
      if (!now.contains(name)) lines.push_back(fmt::format("{} {} is gone", what, name));
    }
  };
  if (before.command != after.command) {
    lines.push_back(fmt::format("command {} -> {}", fmt::join(before.command, " "), fmt::join(after.command, " ")));
  }
  compare("environment", before.variables, after.variables);
  compare("config file", before.files, after.files);
  compare("secret", before.secrets, after.secrets);
  return lines;
}

Texts variables_of(const ledger::Revision& revision, const std::filesystem::path& config) {
  return {{"TRUNKLINE_VERSION", revision.version},
          {"TRUNKLINE_DIGEST", revision.digest},
          {"TRUNKLINE_COMMIT", revision.commit},
          {"TRUNKLINE_CONFIG", config.string()}};
}

InstanceCommand command_for(const Launch& launch, const Instance& instance, const std::string& service,
                            const std::string& environment, const std::filesystem::path& config) {
  const ledger::Revision& revision = launch.revision;
  const std::map<std::string, std::string> values = {{"instance.id", instance.id},
                                                     {"instance.address", instance.address()},
                                                     {"instance.host", instance.host},
                                                     {"instance.port", std::to_string(instance.port)},
                                                     {"revision.version", revision.version},
                                                     {"revision.digest", revision.digest},
                                                     {"revision.commit", revision.commit},
                                                     {"revision.config", config.string()},
                                                     {"service", service},
                                                     {"environment", environment}};
  InstanceCommand result;
  for (const std::string& word : launch.command) result.argv.push_back(substitute(word, values));
  result.environment = variables_of(revision, config);
  for (const auto& [name, value] : launch.variables) result.environment.try_emplace(name, substitute(value, values));
  if (launch.liveness) {
    result.liveness = {fmt::format("http://{}{}", instance.address(), launch.liveness->path), launch.liveness->period,
                       launch.liveness->timeout, launch.liveness->failure_threshold, launch.liveness->host};
  }
  return result;
}

Json to_json(const Launch& launch) {
  JsonObject json{{"format", 1},
                  {"revision", ledger::to_json(launch.revision)},
                  {"command", array_of(launch.command)},
                  {"environment", object_of(launch.variables)}};
  if (!launch.files.empty()) json["files"] = object_of(launch.files);
  if (!launch.secrets.empty()) json["secrets"] = object_of(launch.secrets);
  if (launch.liveness) {
    const HttpProbe& probe = *launch.liveness;
    json["liveness"] =
        to_json(LivenessProbe{probe.path, probe.period, probe.timeout, probe.failure_threshold, probe.host});
  }
  return json;
}

base::Result<Launch> launch_from_json(const Json& json) {
  const Json* revision = base::find(json, "revision");
  const Json* command = base::find(json, "command");
  const Json* variables = base::find(json, "environment");
  if (revision == nullptr || command == nullptr || !command->is_array() || variables == nullptr ||
      !variables->is_object()) {
    return base::fail(base::Kind::invalid, "not the record of a revision");
  }
  Launch launch{ledger::revision_from_json(*revision), {}, {}};
  for (const Json& word : command->as_array()) launch.command.emplace_back(word.is_string() ? word.as_string() : "");
  launch.variables = texts_of(variables);
  launch.files = texts_of(base::find(json, "files"));
  launch.secrets = texts_of(base::find(json, "secrets"));
  if (const Json* liveness = base::find(json, "liveness")) {
    const LivenessProbe probe = liveness_from_json(*liveness);
    launch.liveness = HttpProbe{probe.url, probe.period, probe.timeout, probe.failure_threshold, 1, probe.host};
  }
  return launch;
}

}  // namespace trunkline::deployer
