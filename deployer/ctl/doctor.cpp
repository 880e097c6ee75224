#include <algorithm>
#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "deployer/ctl/commands.h"
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

std::string_view to_string(Finding::Level level) {
  return level == Finding::Level::ok ? "ok" : level == Finding::Level::warn ? "warn" : "fail";
}

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

base::Json json_of(const Finding& finding) {
  base::JsonObject json{{"level", to_string(finding.level)}, {"text", finding.text}};
  if (!finding.mend.empty()) json["mend"] = finding.mend;
  if (!finding.where.file.empty()) json["file"] = finding.where.file;
  if (finding.where.line > 0) json["line"] = finding.where.line;
  return json;
}

void show(const Finding& finding) {
  const bool colour = base::cli::use_colour(1);
  const auto paint = finding.level == Finding::Level::ok     ? base::cli::Colour::green
                     : finding.level == Finding::Level::warn ? base::cli::Colour::yellow
                                                             : base::cli::Colour::red;
  const std::string where = to_string(finding.where);
  base::cli::print(fmt::format("{}  {}{}{}\n",
                               base::cli::paint(fmt::format("{:4}", to_string(finding.level)), paint, colour), where,
                               where.empty() ? "" : ": ", finding.text));
  if (!finding.mend.empty()) base::cli::print(fmt::format("      {}\n", finding.mend));
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
    for (const Finding& finding : findings) {
      if (options->json) {
        base::cli::print_json(json_of(finding));
      } else {
        show(finding);
      }
    }
    const bool failed = std::any_of(findings.begin(), findings.end(),
                                    [](const Finding& finding) { return finding.level == Finding::Level::fail; });
    return failed ? 1 : 0;
  });
}

}  // namespace trunkline::deployer
