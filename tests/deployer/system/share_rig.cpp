#include "tests/deployer/system/share_rig.h"

#include <fmt/format.h>
#include <fstream>
#include <set>
#include <stdexcept>

#include "base/http/client.h"
#include "deployer/dial/exposure.h"
#include "deployer/dial/haproxy_answers.h"
#include "deployer/dial/haproxy_socket.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr int64_t kQuiet = 100;  // requests in a row

base::SteadyTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

ShareRig::ShareRig(int count, std::vector<std::string> services) : Rig({"-W"}, count), services_(std::move(services)) {
  for (int i = 0; i < instances(); ++i) twins_.push_back(reserve_port());
  std::ofstream(path("shares.map")) << "";
  std::ofstream(path("shares.state")) << "";
  if (services_.size() > 1) write_backends();
  for (const std::string& service : services_) set_up(service);
  write();
  start_haproxy();
}

// In the place of the one backend that the rig wrote.
void ShareRig::write_backends() const {
  const std::string text = *base::read_file(path("haproxy.cfg"));
  const size_t rule = text.find("  default_backend"), backend = text.find("\nbackend"),
               list = text.find("  server web1");
  const std::string options = text.substr(text.find('\n', backend + 1) + 1, list - text.find('\n', backend + 1) - 1);
  std::string rules, backends;
  const int part = instances() / static_cast<int>(services_.size());
  for (size_t i = 0; i < services_.size(); ++i) {
    rules += fmt::format("  use_backend {} if {{ src_port,mod({}) eq {} }}\n", services_[i], services_.size(), i);
    backends += fmt::format("backend {}\n{}", services_[i], options);
    for (int at = static_cast<int>(i) * part; at < static_cast<int>(i + 1) * part; ++at) {
      backends += fmt::format("  server web{} {}\n", at + 1, address(at));
    }
  }
  std::ofstream(path("haproxy.cfg")) << text.substr(0, rule) << rules << backends;
}

void ShareRig::set_up(const std::string& service) const {
  const Ran init = run_command({TRUNKLINE_BIN_DIR "/deployer", "init", "--haproxy", path("haproxy.cfg"), "--service",
                                service, "--map", path("shares.map"), "--preview", kPreview});
  std::ofstream(path("shares.patch")) << init.out;
  const Ran patched = run_command({"patch", "-s", "-p0", "-F0", "-d", "/", "-i", path("shares.patch")});
  if (init.code == 0 && patched.code == 0) return;
  throw std::runtime_error("HAProxy is not set up for shares: " + init.err + patched.out + patched.err);
}

void ShareRig::write(const ShareText& text) const {
  std::string list;
  if (!text.waves.empty()) list = "  waves: " + text.waves + "\n";
  list += "  instances:\n";
  for (int i = 0; i < instances(); ++i) {
    list += fmt::format("    - {{ id: web{}, address: \"{}\", twin: \"{}\" }}\n", i + 1, address(i), twin_address(i));
  }
  write_rollout({.strategy = text.strategy,
                 .drain = text.drain,
                 .backend = services_.front(),
                 .instances = list,
                 .balancers = text.balancers,
                 .traffic = fmt::format("  twin: {}-twin\n  map: {}\n  preview: \"{}\"\n  lease: {}\n{}",
                                        services_.front(), path("shares.map").string(), kPreview, text.lease,
                                        text.quorum > 0 ? fmt::format("  quorum: {}\n", text.quorum) : ""),
                 .background = text.background,
                 .extra = text.extra});
}

void ShareRig::pack_marked(const std::string& name) const {
  pack(name, "exec bin/shortener serve \"$@\" --allow-faults --fault latency=1ms,rate=1");
}

std::string ShareRig::fleet() const {
  std::string text;
  for (const bool twin : {false, true}) {
    std::set<std::string> versions;
    size_t programs = 0;
    for (int i = 0; i < instances(); ++i) {
      const std::string at = twin ? twin_address(i) : address(i);
      const size_t count = programs_at(at).size();
      programs += count;
      const std::string version = version_at(at);
      if (count > 0 || !version.empty()) versions.insert(version);
    }
    if (programs == 0 && versions.empty()) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", twin ? "twin" : "home", fmt::join(versions, "+"));
    if (programs != static_cast<size_t>(instances())) text += fmt::format(" ({} programs)", programs);
  }
  return text;
}

int ShareRig::entry_share(const std::string& key) const {
  const auto map = ask_haproxy(path("haproxy.sock"), "show map " + path("shares.map").string());
  const auto values = map ? parse_map(*map, key) : base::Result<std::vector<std::string>>{};
  if (!values || values->empty()) return -1;
  const auto entry = parse_entry(values->front());
  return entry ? entry->share : -1;
}

double ShareRig::status_share() const {
  const base::Json now = status();
  const base::Json* share = base::find(now, "share");
  return share != nullptr && share->is_number() ? share->to_number<double>() : -1;
}

Millis ShareRig::until_nobody_meets_it() const {
  const auto start = now();
  auto last_met = start;
  const base::Json begin = load();
  int64_t requests = number(begin, "requests"), met = number(begin, "met_fault");
  const bool quiet = eventually([&] {
    const base::Json report = load();
    if (number(report, "met_fault") != met) {
      met = number(report, "met_fault");
      requests = number(report, "requests");
      last_met = now();
    }
    return number(report, "requests") - requests >= kQuiet;
  });
  if (!quiet) throw std::runtime_error("somebody meets it still");
  return std::chrono::duration_cast<Millis>(last_met - start);
}

void ShareRig::wait_for_users() const {
  const int64_t before = number(load(), "requests");
  if (!eventually([&] { return number(load(), "requests") >= before + kQuiet; })) throw std::runtime_error("no users");
}

bool ShareRig::somebody_meets_it() const {
  const int64_t before = number(load(), "met_fault");
  return eventually([&] { return number(load(), "met_fault") > before; });
}

std::string ShareRig::version_for(const base::Headers& headers) const {
  const auto client = base::make_http_client({Millis(2000), Millis(2000), 65536});
  base::Request request;
  request.headers = headers;
  const auto answer = client->send("http://" + front() + "/version", request);
  const auto json = answer ? base::parse_json(answer->body) : base::Result<base::Json>(base::Json());
  return json ? base::string_or(*json, "version") : "";
}

}  // namespace trunkline::deployer
