#include "deployer/haproxy/init.h"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "deployer/ctl/commands.h"

namespace trunkline::deployer {
namespace {

struct InitOptions {
  std::string haproxy;
  std::string service;
  std::string identify = "cookie:uid";
  std::string preview = "X-Release: canary";
  std::string map = "/etc/haproxy/trunkline.map";
  int64_t floor = 1;
};

base::Result<DialRules> rules_of(const HaproxyConfig& config, const InitOptions& options) {
  DialRules rules;
  TRY_ASSIGN(rules.backend, choose_backend(config, options.service));
  rules.service = rules.backend;
  rules.twin = rules.backend + kTwinSuffix;
  rules.map = options.map;
  TRY_ASSIGN(rules.identify, parse_identify(options.identify));
  TRY_ASSIGN(rules.preview, parse_preview(options.preview));
  if (options.floor < 1) return base::fail(base::Kind::usage, "--floor must be 1 or more");
  if (!options.map.starts_with("/") || options.map.find_first_of(" ,:()\"'\\#") != std::string::npos) {
    return base::fail(base::Kind::usage, fmt::format("expected an absolute path for --map, got \"{}\"", options.map));
  }
  rules.floor = static_cast<int>(options.floor);
  return rules;
}

void talk(const InitOptions& options, bool changes) {
  if (!changes) {
    fmt::print(stderr, "{} needs no change\n", options.haproxy);
  } else {
    fmt::print(stderr, "apply it with: patch -p0{}; then check with: haproxy -c -f {}\n",
               options.haproxy.starts_with("/") ? " -d /" : "", options.haproxy);
  }
  std::error_code ignored;
  if (std::filesystem::exists(options.map, ignored)) return;
  fmt::print(stderr, "HAProxy starts only if the map is there: install -m 644 /dev/null {}\n", options.map);
}

}  // namespace

void add_init(base::cli::Tool& tool) {
  const auto options = std::make_shared<InitOptions>();
  base::cli::Command command = tool.command("init", "print the patch that a haproxy.cfg needs for shares");
  command.option("--haproxy", options->haproxy, "FILE", "the configuration; it is not changed").required();
  command.option("--service", options->service, "NAME", "the service's backend; may be left out where there is one");
  command.option("--identify", options->identify, "HOW", "tell users apart by cookie:NAME, header:NAME or source");
  command.option("--preview", options->preview, "HEADER", "whoever sends it sees the new side first");
  command.option("--floor", options->floor, "N", "usable servers that the stable side must have to take users back");
  command.option("--map", options->map, "PATH", "the file that holds the shares");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const std::string text, base::read_file(options->haproxy));
    TRY_ASSIGN(const HaproxyConfig config, parse_haproxy_config(text, options->haproxy));
    TRY_ASSIGN(const DialRules rules, rules_of(config, *options));
    TRY_ASSIGN(const auto edits, propose(config, rules));
    // patch refuses names that begin at the root.
    const std::string name = options->haproxy.substr(options->haproxy.find_first_not_of('/'));
    base::cli::print(unified_diff(config.lines, edits, name));
    talk(*options, !edits.empty());
    return 0;
  });
}

}  // namespace trunkline::deployer
