#include "deployer/plan/targets_parser.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

#include "deployer/plan/placeholders.h"
#include "deployer/plan/values.h"
#include "deployer/plan/waves_parser.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

constexpr int kMostInstances = 10'000;

constexpr std::string_view kDrivers[] = {"process"};

const Table kInstanceKeys{{
    {"id", Value::id, true, "Also the server's name at the load balancer."},
    {"address", Value::address, true, "HOST:PORT."},
    {"twin", Value::address, false, "HOST:PORT where a second copy runs while two revisions are up."},
    {"labels", Value::text_map, false, "What waves select by."},
}};

// Ids, addresses and labels that stand in the file one by one.
class ListReader {
 public:
  ListReader(const Fields& targets, Rollout& rollout) : targets_(targets), rollout_(rollout) {}

  Result<> read() {
    TRY_ASSIGN(const std::vector<Fields> all, targets_.each("instances"));
    for (const Fields& fields : all) TRY(read_one(fields));
    if (!rollout_.twins.empty() && rollout_.twins.size() != rollout_.instances.size()) {
      return targets_.wrong("instances", "either all instances have a twin or none");
    }
    return {};
  }

 private:
  Result<> read_one(const Fields& fields) {
    Instance instance;
    TRY(fields.read_with("id", instance.id, parse_id));
    if (!ids_.insert(instance.id).second) return fields.wrong("id", "stands twice");
    instance.server = instance.id;
    TRY(read_address(fields, "address", instance));
    TRY(fields.read("labels", instance.labels));
    if (fields.has("twin")) {
      Instance twin{instance.id + "-twin", "", 0, instance.id, {}};
      TRY(read_address(fields, "twin", twin));
      rollout_.twins.push_back(std::move(twin));
    }
    rollout_.instances.push_back(std::move(instance));
    return {};
  }

  Result<> read_address(const Fields& fields, std::string_view key, Instance& instance) {
    Address address;
    TRY(fields.read_with(key, address, parse_address));
    instance.host = address.host;
    instance.port = address.port;
    if (!addresses_.insert(instance.address()).second) return fields.wrong(key, "stands twice");
    return {};
  }

  const Fields& targets_;
  Rollout& rollout_;
  std::set<std::string> ids_, addresses_;
};

struct Ports {
  int first = 0;
  int last = 0;
};

Result<Ports> parse_ports(std::string_view text) {
  Ports ports;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, ports.first);
  const bool dash = first.ec == std::errc{} && first.ptr != end && *first.ptr == '-';
  const auto last = dash ? std::from_chars(first.ptr + 1, end, ports.last) : first;
  if (!dash || last.ec != std::errc{} || last.ptr != end || ports.first < 1 || ports.last > 65535 ||
      ports.first > ports.last) {
    return fail(Kind::invalid, fmt::format("expected a range of ports such as 9000-9007, got \"{}\"", text));
  }
  return ports;
}

// Only how many: names and ports are given out. An instance and its twin get two ports side by side, so that more
// instances move nobody.
Result<> give_out(const Fields& targets, Rollout& rollout) {
  int count = 0;
  TRY(targets.read("instances", count));
  if (count > kMostInstances) {
    return targets.wrong("instances", fmt::format("expected 1 to {} or a list of instances", kMostInstances));
  }
  std::string host = "127.0.0.1", names = "web";
  Ports ports;
  TRY(targets.require("ports"));
  TRY(targets.read("host", host));
  TRY(targets.read_with("names", names, parse_id));
  TRY(targets.read_with("ports", ports, parse_ports));
  if (ports.last - ports.first + 1 < 2 * count) {
    return targets.wrong("ports", fmt::format("{} instances and their twins need {} ports", count, 2 * count));
  }
  for (int i = 0; i < count; ++i) {
    const std::string id = fmt::format("{}{}", names, i + 1);
    rollout.instances.push_back({id, host, ports.first + 2 * i, id, {}});
    rollout.twins.push_back({id + "-twin", host, ports.first + 2 * i + 1, id, {}});
  }
  return {};
}

Result<> read_instances(const Fields& targets, Rollout& rollout) {
  if (targets.find("instances")->is_scalar()) return give_out(targets, rollout);
  for (const char* key : {"host", "ports", "names"}) {
    if (targets.has(key)) return targets.wrong(key, "goes with a number of instances, not with a list of them");
  }
  return ListReader(targets, rollout).read();
}

Result<> read_command(const Fields& targets, Rollout& rollout) {
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

}  // namespace

const Table kTargetsKeys{{
    {"driver", word_of(kDrivers), false, "Local processes, each under a supervisor.", "process"},
    {"command", Value::command, true, "Program and arguments, run in the unpacked artifact; no shell."},
    {"environment", Value::text_map, false, "The instances' environment."},
    {"instances", with(at_least(1, Value::count_or_mappings), kInstanceKeys), true,
     "The places where instances run, or how many."},
    {"ports", like("^[0-9]+-[0-9]+$", Value::text), false,
     "Needed with a number of instances, such as 9000-9007: instance n gets the port 2(n-1) behind the first, its twin "
     "the next one."},
    {"host", Value::text, false, "Where a number of instances run.", "127.0.0.1"},
    {"names", Value::id, false, "What a number of instances are called: web1, web2, ...", "web"},
    {"waves", with(Value::some_mappings, kWaveKeys), false, "Instances that are released together."},
    {"minHealthy", Value::amount, false,
     "A count or a share; so many instances stay with their users, on the way back too. 50%, inPlace: 0."},
    {"stopGrace", Value::duration, false, "From SIGTERM to SIGKILL.", "10s"},
}};

Result<> read_targets(const Fields& root, Rollout& rollout) {
  TRY_ASSIGN(const auto targets, root.below("targets"));
  TRY(read_command(*targets, rollout));
  TRY(read_instances(*targets, rollout));
  TRY(read_waves(*targets, rollout));
  rollout.min_healthy_at = targets->where("minHealthy");
  TRY(targets->read("minHealthy", rollout.min_healthy));
  rollout.says_min_healthy = targets->has("minHealthy");
  return targets->read("stopGrace", rollout.stop_grace);
}

}  // namespace trunkline::deployer
