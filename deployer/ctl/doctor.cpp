#include <algorithm>
#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "deployer/ctl/commands.h"
#include "deployer/ctl/show_findings.h"
#include "deployer/haproxy/examine_config.h"
#include "deployer/haproxy/examine_running.h"
#include "deployer/haproxy/init.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {
namespace {

struct DoctorOptions {
  std::string file;
  std::string haproxy;
  std::string service;
  bool offline = false;
  bool json = false;
};

bool is_rollout(const std::string& text) {
  return text.starts_with("apiVersion:") || text.find("\napiVersion:") != std::string::npos;
}

base::Result<Expected> expected_of(const Rollout& rollout) {
  if (!rollout.traffic) {
    return base::fail(base::Kind::invalid, "names no load balancer (traffic), so there is nothing to look at",
                      {rollout.file, 0, 0});
  }
  Expected expected;
  expected.endpoints = rollout.traffic->endpoints;
  expected.backend = rollout.traffic->service;
  expected.twin = rollout.traffic->twin;
  expected.service = rollout.traffic->key;
  expected.map = rollout.traffic->map;
  expected.identify = rollout.traffic->identify;
  for (const Instance& instance : rollout.instances) expected.instances.push_back(instance.server);
  return expected;
}

// What the configuration knows better than a rollout file, or alone.
base::Result<> complete(const HaproxyConfig& config, const std::string& service, Expected& expected) {
  if (expected.backend.empty()) {
    TRY_ASSIGN(expected.backend, choose_backend(config, service));
    expected.service = expected.backend;
    expected.twin = expected.backend + kTwinSuffix;
  }
  if (expected.endpoints.empty()) expected.endpoints = admin_sockets(config);
  if (expected.map.empty()) expected.map = map_of(config, expected.service);
  if (!expected.map.empty() && expected.twin.empty()) expected.twin = expected.backend + kTwinSuffix;
  return {};
}

base::Result<Findings> examine(const DoctorOptions& options) {
  TRY_ASSIGN(std::string text, base::read_file(options.file));
  Expected expected;
  std::string config_file = options.haproxy;
  if (is_rollout(text)) {
    TRY_ASSIGN(const Rollout rollout, parse_rollout(text, options.file));
    TRY_ASSIGN(expected, expected_of(rollout));
  } else {
    config_file = options.file;
  }
  Findings findings;
  if (!config_file.empty()) {
    TRY_ASSIGN(text, base::read_file(config_file));
    TRY_ASSIGN(const HaproxyConfig config, parse_haproxy_config(text, config_file));
    TRY(complete(config, options.service, expected));
    findings = examine_config(config, expected);
  }
  if (options.offline) return findings;
  const Findings running = examine_running(expected);
  findings.insert(findings.end(), running.begin(), running.end());
  return findings;
}

}  // namespace

void add_doctor(base::cli::Tool& tool) {
  const auto options = std::make_shared<DoctorOptions>();
  base::cli::Command command = tool.command("doctor", "look HAProxy over for what releases need; touches nothing");
  command.positional("file", options->file, "a rollout file or a haproxy.cfg");
  command.option("--haproxy", options->haproxy, "FILE", "the haproxy.cfg beside a rollout file");
  command.option("--service", options->service, "NAME", "the backend; may be left out where there is one");
  command.flag("--offline", options->offline, "ask no running HAProxy");
  command.flag("--json", options->json, "print JSON, one object a line");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const Findings findings, examine(*options));
    return show_findings(findings, options->json);
  });
}

}  // namespace trunkline::deployer
