#include "deployer/haproxy/examine_config.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

#include "base/core/text.h"
#include "deployer/haproxy/dial_rules.h"
#include "deployer/haproxy/init.h"

namespace trunkline::deployer {
namespace {

using Level = Finding::Level;

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("localhost:") || address.starts_with("[::1]:") ||
         address.starts_with("::1:");
}

bool is_file(std::string_view address) {
  return address.starts_with("/") || address.starts_with("unix@");
}

// "ipv4@10.0.0.1:99" without its family.
std::string_view without_family(std::string_view address) {
  const size_t at = address.find('@');
  return at == std::string_view::npos ? address : address.substr(at + 1);
}

bool is_server(const ConfigLine& line) {
  return (line.words[0] == "server" || line.words[0] == "server-template") && line.words.size() > 2;
}

// The names that a line makes: one, or those of a template.
std::vector<std::string> names_of(const ConfigLine& line) {
  if (line.words[0] == "server") return {line.words[1]};
  const auto range = base::split(line.words[2], '-');
  const int first = range.size() > 1 ? std::atoi(std::string(range[0]).c_str()) : 1;
  const int last = std::atoi(std::string(range.back()).c_str());
  std::vector<std::string> names;
  for (int i = first; i <= last && names.size() < 1000; ++i) names.push_back(line.words[1] + std::to_string(i));
  return names;
}

// The names behind "txn." in a text.
std::vector<std::string> variables_in(std::string_view text) {
  constexpr std::string_view kScope = "txn.";
  std::vector<std::string> names;
  for (size_t at = text.find(kScope); at != std::string_view::npos; at = text.find(kScope, at + 1)) {
    const std::string_view rest = text.substr(at + kScope.size());
    const size_t end = rest.find_first_of("),] :;");
    names.emplace_back(rest.substr(0, end));
  }
  return names;
}

// "NAME" of "req.cook(NAME)".
std::string argument_of(std::string_view word, std::string_view fetch) {
  if (!word.starts_with(fetch) || !word.ends_with(")")) return "";
  return std::string(word.substr(fetch.size(), word.size() - fetch.size() - 1));
}

// By what the rules of a service tell users apart, and the line that says so; nothing if they do it in a way that
// `init` does not. A cookie or a header goes before what stands in for it.
std::pair<std::optional<Identify>, int> identity_in(const ConfigSection& frontend, const std::string& service) {
  std::pair<std::optional<Identify>, int> found{std::nullopt, 0};
  const std::string setter = fmt::format("set-var({})", user_variable(service));
  for (const ConfigLine& line : frontend.body) {
    if (!line.begins_with({"http-request", setter}) || line.words.size() < 3) continue;
    const std::string& word = line.words[2];
    const std::string cookie = argument_of(word, "req.cook("), header = argument_of(word, "req.hdr(");
    if (!cookie.empty()) found = {Identify{Identify::By::cookie, cookie}, line.number};
    if (!header.empty()) found = {Identify{Identify::By::header, header}, line.number};
    if (word == "src" && !found.first) found = {Identify{Identify::By::source, ""}, line.number};
  }
  return found;
}

class Examination {
 public:
  Examination(const HaproxyConfig& config, const Expected& expected) : config_(config), expected_(expected) {}

  Findings run() {
    examine_sockets();
    if (const ConfigSection* backend = config_.find("backend", expected_.backend)) {
      examine_backend(*backend);
      examine_state_file(*backend);
    } else {
      add(Level::fail, fmt::format("there is no backend \"{}\"", expected_.backend),
          "name the backend of the service: traffic.service, --service", 0);
    }
    if (!expected_.twin.empty()) examine_shares();
    return std::move(findings_);
  }

 private:
  void add(Level level, std::string text, std::string mend, int line) {
    findings_.push_back({level, std::move(text), std::move(mend), config_.where(line)});
  }
  void add_ok(std::string text, int line) { add(Level::ok, std::move(text), "", line); }

  void examine_sockets() {
    const ConfigSection* global = config_.find("global", "");
    bool any = false;
    for (const ConfigLine& line : global == nullptr ? std::vector<ConfigLine>{} : global->body) {
      if (!line.begins_with({"stats", "socket"}) || line.words.size() < 3) continue;
      const std::string& address = line.words[2];
      const bool file = is_file(address), admin = line.after("level") == "admin";
      if (!file && !is_loopback(without_family(address))) {
        add(Level::fail,
            fmt::format("the admin socket {} can be reached from other machines, and has no login", address),
            "make it a file, and forward it over ssh where it must be reached from afar", line.number);
      } else if (file && admin) {
        add_ok(fmt::format("admin socket {}", address), line.number);
        any = true;
      }
    }
    if (any) return;
    add(Level::fail, "there is no admin socket of level admin",
        "in global: stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners",
        global == nullptr ? 0 : global->head.number);
  }

  void examine_backend(const ConfigSection& backend) {
    add_ok(fmt::format("backend {}", backend.name()), backend.head.number);
    const ConfigLine* mode = config_.setting(backend, {"mode"});
    const bool http = mode != nullptr && mode->words.size() > 1 && mode->words[1] == "http";
    if (!http) {
      add(Level::warn, fmt::format("the backend \"{}\" is not of mode http", backend.name()),
          "mode http, so that requests can be told from connections", backend.head.number);
    }
    examine_servers(backend);
    examine_checks(backend, http);
    for (const char* side : {"connect", "client", "server"}) {
      if (config_.setting(backend, {"timeout", side}) != nullptr) continue;
      if (std::string_view(side) == "client") continue;  // it is the frontend's
      add(Level::warn, fmt::format("the backend \"{}\" has no timeout {}", backend.name(), side),
          fmt::format("timeout {} 30s, or a drain may wait for an instance that hangs", side), backend.head.number);
    }
    if (config_.setting(backend, {"option", "redispatch"}) == nullptr) {
      add(Level::warn, fmt::format("the backend \"{}\" has no option redispatch", backend.name()),
          "option redispatch, so that a request to an instance that goes away is tried at another",
          backend.head.number);
    }
    const ConfigLine* retries = config_.setting(backend, {"retries"});
    if (retries != nullptr && retries->words.size() > 1 && retries->words[1] == "0") {
      add(Level::warn, "connections are not tried again", "retries 3", retries->number);
    }
  }

  void examine_servers(const ConfigSection& backend) {
    std::set<std::string> names;
    for (const ConfigLine& line : backend.body) {
      if (!is_server(line)) continue;
      for (const std::string& name : names_of(line)) names.insert(name);
      if (line.words[0] != "server-template" || line.words.size() < 4) continue;
      if (line.words[3].find_first_not_of("0123456789.:[]abcdefABCDEF") != std::string::npos) continue;
      add(Level::warn,
          fmt::format("a reload forgets the addresses given to {} and keeps only their ports", line.words[1]),
          "write a name instead of the number, such as localhost:1, with init-addr last,libc,none", line.number);
    }
    if (names.empty()) {
      return add(Level::fail, fmt::format("the backend \"{}\" has no servers", backend.name()),
                 "server NAME ADDRESS check, one an instance", backend.head.number);
    }
    for (const std::string& instance : expected_.instances) {
      if (names.contains(instance)) continue;
      add(Level::fail, fmt::format("the backend \"{}\" has no server \"{}\"", backend.name(), instance),
          fmt::format("server {} ADDRESS check", instance), backend.head.number);
    }
  }

  void examine_checks(const ConfigSection& backend, bool http) {
    const ConfigSection* defaults = config_.defaults_of(backend);
    bool by_default = false;
    for (const ConfigSection* section : {defaults, &backend}) {
      for (const ConfigLine& line : section == nullptr ? std::vector<ConfigLine>{} : section->body) {
        if (line.words[0] == "default-server") by_default = (by_default || line.has("check")) && !line.has("no-check");
        if (!is_server(line) || section != &backend) continue;
        if ((by_default || line.has("check")) && !line.has("no-check")) continue;
        add(Level::warn, fmt::format("{} has no health check", line.words[1]),
            "add check, so that HAProxy itself sees an instance that is gone", line.number);
      }
    }
    if (http && config_.setting(backend, {"option", "httpchk"}) == nullptr) {
      add(Level::warn, fmt::format("the health check of \"{}\" only connects", backend.name()),
          "option httpchk GET /readyz", backend.head.number);
    }
  }

  void examine_state_file(const ConfigSection& backend) {
    const ConfigSection* global = config_.find("global", "");
    const ConfigLine* file = global == nullptr ? nullptr : global->find({"server-state-file"});
    const ConfigLine* load = config_.setting(backend, {"load-server-state-from-file"});
    if (file != nullptr && load != nullptr && !load->has("none")) {
      return add_ok("a reload takes the servers' state from a file", file->number);
    }
    add(Level::warn, "a reload of HAProxy forgets which servers are drained",
        file == nullptr ? "in global: server-state-file PATH, and traffic.stateFile in the rollout file"
                        : "in defaults: load-server-state-from-file global",
        file == nullptr ? 0 : file->number);
  }

  void examine_shares() {
    const ConfigSection* twin = config_.find("backend", expected_.twin);
    if (twin == nullptr) {
      add(Level::fail, fmt::format("there is no backend \"{}\" for the other revision", expected_.twin), init(), 0);
    } else {
      add_ok(fmt::format("backend {}", expected_.twin), twin->head.number);
      examine_servers(*twin);
    }
    const auto frontends = frontends_of(config_, expected_.backend);
    if (frontends.empty()) {
      add(Level::fail, fmt::format("no frontend sends to \"{}\" by its name", expected_.backend),
          "use_backend or default_backend", 0);
    }
    for (const ConfigSection* frontend : frontends) examine_rules(*frontend);
  }

  std::string init() const {
    return fmt::format("deployer init --haproxy {} --service {}", config_.file, expected_.backend);
  }

  void examine_rules(const ConfigSection& frontend) {
    const std::string name = frontend.name();
    const std::string entry = entry_expression(expected_.service);
    int reads = 0;
    Known known;
    for (const ConfigLine& line : frontend.body) {
      for (const std::string& word : line.words) {
        if (word.find(entry) != std::string::npos) reads = line.number;
      }
      if (const auto unset = first_unset(line, known); reads != 0 && unset) {
        return add(Level::fail, fmt::format("the frontend \"{}\" uses txn.{} before it is set", name, *unset),
                   "put the lines back into the order in which deployer init gives them", line.number);
      }
    }
    if (reads == 0) {
      return add(Level::fail, fmt::format("the frontend \"{}\" has no rules for shares of {}", name, expected_.service),
                 init(), frontend.head.number);
    }
    if (expected_.identify) examine_identity(frontend, *expected_.identify);
    if (!has_fallback(frontend, expected_.service)) {
      add(Level::fail,
          fmt::format("the rules of {} leave users with a side of which no server is usable", expected_.service),
          init(), reads);
    }
    if (examine_routes(frontend)) add_ok(fmt::format("rules for shares in the frontend {}", name), reads);
  }

  void examine_identity(const ConfigSection& frontend, const Identify& wanted) {
    const auto [found, line] = identity_in(frontend, expected_.service);
    if (found == wanted) return add_ok("users are told apart by " + to_string(wanted), line);
    const std::string does = found ? "by " + to_string(*found) : "in its own way";
    const std::string says = found ? "say traffic.identify: " + to_string(*found) : "leave traffic.identify out";
    add(Level::fail,
        fmt::format("the frontend \"{}\" tells users apart {}, the rollout file by {}", frontend.name(), does,
                    to_string(wanted)),
        fmt::format("{}; or take the rules of {} out and have them made anew: {} --identify {}", says,
                    expected_.service, init(), to_string(wanted)),
        line == 0 ? frontend.head.number : line);
  }

  // What rules before a line have set, and the variables that conditions read.
  struct Known {
    std::set<std::string> set;
    std::map<std::string, std::vector<std::string>> conditions;
  };

  // Of our variables one that a line reads, by itself or by a condition, and no rule before has set.
  static std::optional<std::string> first_unset(const ConfigLine& line, Known& known) {
    std::vector<std::string> read;
    for (size_t i = 2; i < line.words.size(); ++i) {
      const std::string& word = line.words[i];
      const auto condition = known.conditions.find(word.starts_with("!") ? word.substr(1) : word);
      const auto names = condition != known.conditions.end() ? condition->second : variables_in(word);
      read.insert(read.end(), names.begin(), names.end());
    }
    if (line.begins_with({"acl"}) && line.words.size() > 1) known.conditions[line.words[1]] = read;
    if (!line.begins_with({"http-request"}) || line.words.size() < 3) return std::nullopt;
    const auto set = variables_in(line.words[1]);
    known.set.insert(set.begin(), set.end());  // the line may ask whether it was set before
    for (const std::string& name : read) {
      if (name.starts_with("trunkline_") && !known.set.contains(name)) return name;
    }
    return std::nullopt;
  }

  bool examine_routes(const ConfigSection& frontend) {
    bool twin_before = false, twin_at_all = false, good = true;
    for (const ConfigLine& line : frontend.body) {
      const bool to_twin = line.begins_with({"use_backend", expected_.twin});
      if (line.begins_with({"use_backend", expected_.backend}) && !twin_before) {
        add(Level::fail, fmt::format("this rule sends users past \"{}\"", expected_.twin), init(), line.number);
        good = false;
      }
      twin_before = to_twin;
      twin_at_all = twin_at_all || to_twin;
    }
    if (twin_at_all) return good;
    add(Level::fail, fmt::format("the frontend \"{}\" never sends to \"{}\"", frontend.name(), expected_.twin), init(),
        frontend.head.number);
    return false;
  }

  const HaproxyConfig& config_;
  const Expected& expected_;
  Findings findings_;
};

}  // namespace

Findings examine_config(const HaproxyConfig& config, const Expected& expected) {
  return Examination(config, expected).run();
}

std::vector<std::string> admin_sockets(const HaproxyConfig& config) {
  std::vector<std::string> paths;
  const ConfigSection* global = config.find("global", "");
  for (const ConfigLine& line : global == nullptr ? std::vector<ConfigLine>{} : global->body) {
    if (!line.begins_with({"stats", "socket"}) || line.words.size() < 3 || !is_file(line.words[2])) continue;
    if (line.after("level") == "admin") paths.emplace_back(without_family(line.words[2]));
  }
  return paths;
}

std::string map_of(const HaproxyConfig& config, const std::string& service) {
  const std::string entry = entry_expression(service);
  for (const ConfigSection& section : config.sections) {
    for (const ConfigLine& line : section.body) {
      for (const std::string& word : line.words) {
        const size_t at = word.find(entry);
        if (at == std::string::npos) continue;
        const std::string rest = word.substr(at + entry.size());
        return rest.substr(0, rest.find_first_of(",)"));
      }
    }
  }
  return "";
}

}  // namespace trunkline::deployer
