#include "deployer/haproxy/examine_running.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

#include "base/core/files.h"
#include "base/core/text.h"
#include "deployer/dial/haproxy_answers.h"
#include "deployer/dial/haproxy_share.h"
#include "deployer/dial/haproxy_socket.h"

namespace trunkline::deployer {
namespace {

using Level = Finding::Level;

void add(Findings& findings, Level level, std::string text, std::string mend = "") {
  findings.push_back({level, std::move(text), std::move(mend), {}});
}

std::string ask(const std::string& endpoint, const std::string& command) {
  return ask_haproxy(endpoint, command).value_or("");
}

// False where nothing more can be asked.
bool examine_socket(const std::string& endpoint, Findings& findings) {
  const auto info = ask_haproxy(endpoint, "show info");
  if (!info) {
    const bool denied = access(endpoint.c_str(), F_OK) == 0 && access(endpoint.c_str(), R_OK | W_OK) != 0;
    add(findings, Level::fail, info.error().message,
        denied ? "give this user the right to it: the socket's user, group and mode in haproxy.cfg"
               : "start HAProxy, or mend the path: traffic.endpoints, stats socket");
    return false;
  }
  const auto process = parse_process(*info);
  if (!process) {
    add(findings, Level::fail, fmt::format("{}: {}", endpoint, process.error().message),
        "this is no admin socket of HAProxy");
    return false;
  }
  add(findings, Level::ok, fmt::format("HAProxy {} answers at {}", process->version, endpoint));
  const auto version = base::split(process->version, '.');
  const int major = std::atoi(std::string(version[0]).c_str());
  const int minor = version.size() > 1 ? std::atoi(std::string(version[1]).c_str()) : 0;
  if (major < 2 || (major == 2 && minor < 6)) {
    add(findings, Level::warn, fmt::format("HAProxy {} is older than 2.6, with which this is tested", process->version),
        "use HAProxy 2.6 or later");
  }
  const std::string level(base::trim(ask(endpoint, "show cli level")));
  if (level == "admin") return true;
  add(findings, Level::fail, fmt::format("the socket {} is of level {}", endpoint, level.empty() ? "operator" : level),
      "level admin at its stats socket line");
  return false;
}

void examine_servers(const std::string& endpoint, const std::string& backend, const Expected& expected,
                     Findings& findings) {
  const auto servers = parse_servers(ask(endpoint, "show servers state " + backend),
                                     ask(endpoint, fmt::format("show stat {} 4 -1", backend)), backend);
  if (!servers) {
    return add(findings, Level::fail, servers.error().message,
               "add it to haproxy.cfg (deployer init), and reload HAProxy");
  }
  size_t serving = 0;
  for (const auto& [name, server] : *servers) serving += server.serves() ? 1 : 0;
  add(findings, Level::ok, fmt::format("backend {}: {} of {} servers serve", backend, serving, servers->size()));
  for (const std::string& instance : expected.instances) {
    if (servers->contains(instance)) continue;
    add(findings, Level::fail, fmt::format("the running backend \"{}\" has no server \"{}\"", backend, instance),
        "name the servers as the instances of the rollout file, and reload HAProxy");
  }
}

void examine_share(const Expected& expected, Findings& findings) {
  HaproxySetting setting;
  setting.endpoints = expected.endpoints;
  setting.map = expected.map;
  const auto views = HaproxyShare(setting).read(expected.service);
  if (!views) {
    return add(findings, Level::fail, views.error().message, "deployer init, then reload HAProxy");
  }
  for (const ExposureView& view : *views) {
    if (view.error) {
      add(findings, Level::fail, view.error->message, "deployer init, then reload HAProxy");
    } else if (!view.text.empty() && !view.found) {
      add(findings, Level::fail, fmt::format("{} cannot be read: \"{}\"", expected.service, view.text),
          fmt::format("del map {} {} at {}: without an entry all users meet the stable side", expected.map,
                      expected.service, view.endpoint));
    } else if (view.leased) {
      add(findings, Level::ok,
          fmt::format("{:g} % of the users meet {} for {} more", view.found->share / 100.0, view.found->fresh,
                      base::format_duration(view.found->lease)));
    } else {
      add(findings, Level::ok,
          fmt::format("all users meet {}{}", view.found ? view.found->stable : expected.backend,
                      view.found && view.found->share > 0 ? ": the last lease has run out" : ""));
    }
  }
}

void examine_map(const Expected& expected, Findings& findings) {
  const auto text = base::read_file(expected.map);
  if (!text) {
    return add(findings, text.error().kind == base::Kind::not_found ? Level::warn : Level::fail,
               to_string(text.error()),
               fmt::format("install -m 644 /dev/null {}; HAProxy does not start without it", expected.map));
  }
  const std::string folder = std::filesystem::path(expected.map).parent_path();
  if (access(folder.c_str(), W_OK) == 0) return add(findings, Level::ok, fmt::format("map {}", expected.map));
  add(findings, Level::warn, fmt::format("the folder of {} cannot be written by this user", expected.map),
      "give it the right, so that a reload of HAProxy knows the last share");
}

}  // namespace

Findings examine_running(const Expected& expected) {
  Findings findings;
  Expected answering = expected;
  answering.endpoints.clear();
  for (const std::string& endpoint : expected.endpoints) {
    if (!examine_socket(endpoint, findings)) continue;
    answering.endpoints.push_back(endpoint);
    examine_servers(endpoint, expected.backend, expected, findings);
    if (!expected.twin.empty()) examine_servers(endpoint, expected.twin, expected, findings);
  }
  if (expected.map.empty()) return findings;
  examine_map(expected, findings);
  if (!answering.endpoints.empty()) examine_share(answering, findings);
  return findings;
}

}  // namespace trunkline::deployer
