#include "deployer/drivers/launch.h"

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

JsonObject object_of(const std::map<std::string, std::string>& texts) {
  JsonObject object;
  for (const auto& [name, value] : texts) object[name] = value;
  return object;
}

}  // namespace

std::string config_digest(const std::vector<std::string>& command,
                          const std::map<std::string, std::string>& variables) {
  return base::sha256(base::to_text(JsonObject{{"command", array_of(command)}, {"environment", object_of(variables)}}));
}

InstanceCommand command_for(const Launch& launch, const Instance& instance, const std::string& service,
                            const std::string& environment) {
  const ledger::Revision& revision = launch.revision;
  const std::map<std::string, std::string> values = {{"instance.id", instance.id},
                                                     {"instance.address", instance.address()},
                                                     {"instance.host", instance.host},
                                                     {"instance.port", std::to_string(instance.port)},
                                                     {"revision.version", revision.version},
                                                     {"revision.digest", revision.digest},
                                                     {"revision.commit", revision.commit},
                                                     {"service", service},
                                                     {"environment", environment}};
  InstanceCommand result;
  for (const std::string& word : launch.command) result.argv.push_back(substitute(word, values));
  for (const auto& [name, value] : launch.variables) result.environment[name] = substitute(value, values);
  result.environment["TRUNKLINE_VERSION"] = revision.version;
  result.environment["TRUNKLINE_DIGEST"] = revision.digest;
  result.environment["TRUNKLINE_COMMIT"] = revision.commit;
  return result;
}

Json to_json(const Launch& launch) {
  return JsonObject{{"format", 1},
                    {"revision", ledger::to_json(launch.revision)},
                    {"command", array_of(launch.command)},
                    {"environment", object_of(launch.variables)}};
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
  for (const auto& member : variables->as_object()) {
    if (member.value().is_string()) launch.variables[member.key()] = member.value().as_string();
  }
  return launch;
}

}  // namespace trunkline::deployer
