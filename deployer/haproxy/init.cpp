#include "deployer/haproxy/init.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <regex>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr const char* kDefaultSocket = "/run/haproxy/admin.sock";

bool is_default_for(const HaproxyConfig& config, const ConfigSection& frontend, const std::string& backend) {
  const ConfigLine* line = config.setting(frontend, {"default_backend"});
  return line != nullptr && line->words.size() > 1 && line->words[1] == backend;
}

bool has_word(const ConfigSection& section, const std::string& text) {
  return std::any_of(section.body.begin(), section.body.end(), [&](const ConfigLine& line) {
    return std::any_of(line.words.begin(), line.words.end(),
                       [&](const std::string& word) { return word.find(text) != std::string::npos; });
  });
}

bool is_server(const ConfigLine& line) {
  return line.words[0] == "server" || line.words[0] == "server-template";
}

class Init {
 public:
  Init(const HaproxyConfig& config, const DialRules& rules) : config_(config), rules_(rules) {}

  Result<std::vector<Edit>> propose() {
    const ConfigSection* backend = config_.find("backend", rules_.backend);
    if (backend == nullptr) return no_backend();
    TRY(need_http(*backend));
    const auto frontends = frontends_of(config_, rules_.backend);
    if (frontends.empty()) {
      return fail(Kind::invalid, fmt::format("no frontend sends to the backend \"{}\" by its name", rules_.backend),
                  config_.where(backend->head.number));
    }
    extend_global();
    extend_backend(*backend);
    for (const ConfigSection* frontend : frontends) {
      TRY(need_http(*frontend));
      TRY(extend_frontend(*frontend));
    }
    return std::move(edits_);
  }

 private:
  tl::unexpected<base::Error> no_backend() const {
    if (const ConfigSection* listen = config_.find("listen", rules_.backend)) {
      return fail(Kind::invalid,
                  fmt::format("\"{}\" is a listen section; make it a frontend and a backend, so that there can be two "
                              "backends",
                              rules_.backend),
                  config_.where(listen->head.number));
    }
    return fail(Kind::invalid, fmt::format("there is no backend \"{}\"", rules_.backend), config_.where(0));
  }

  Result<> need_http(const ConfigSection& section) const {
    const ConfigLine* mode = config_.setting(section, {"mode"});
    if (mode != nullptr && mode->words.size() > 1 && mode->words[1] == "http") return {};
    return fail(Kind::invalid,
                fmt::format("the {} \"{}\" is not of mode http, so that users cannot be told apart", section.kind(),
                            section.name()),
                config_.where(mode != nullptr ? mode->number : section.head.number));
  }

  const std::string& raw(int number) const { return config_.lines[static_cast<size_t>(number - 1)]; }

  // Without the comment at its end.
  std::string code(int number) const {
    const std::string& line = raw(number);
    char quote = 0;
    for (size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote == 0 && c == '#') return std::string(base::trim("x" + line.substr(0, i))).substr(1);
      if (quote == 0 && c == '\\') ++i;
      if (c == '"' || c == '\'') quote = quote == 0 ? c : quote == c ? 0 : quote;
    }
    return std::string(base::trim("x" + line)).substr(1);
  }

  std::string indent_of(const ConfigSection& section) const {
    if (section.body.empty()) return "    ";
    const std::string& line = raw(section.body.front().number);
    const std::string indent = line.substr(0, line.find_first_not_of(" \t"));
    return indent;
  }

  void insert(int at, std::vector<std::string> lines) { edits_.push_back({at, 0, std::move(lines)}); }

  void extend_global() {
    const ConfigSection* global = config_.find("global", "");
    const std::string indent = global == nullptr ? "    " : indent_of(*global);
    std::vector<std::string> missing;
    if (!has_admin_socket(global)) {
      missing.push_back(
          fmt::format("{}stats socket {} mode 660 level admin expose-fd listeners", indent, kDefaultSocket));
    }
    if (global == nullptr || global->find({"server-state-file"}) == nullptr) {
      const auto file = std::filesystem::path(rules_.map).replace_extension(".state");
      missing.push_back(fmt::format("{}server-state-file {}", indent, file.string()));
    }
    if (missing.empty()) return;
    if (global != nullptr) return insert(global->last_number() + 1, std::move(missing));
    missing.insert(missing.begin(), "global");
    missing.emplace_back("");
    insert(1, std::move(missing));
  }

  // One that only lacks the level is given it.
  bool has_admin_socket(const ConfigSection* global) {
    if (global == nullptr) return false;
    const ConfigLine* lesser = nullptr;
    for (const ConfigLine& line : global->body) {
      if (!line.begins_with({"stats", "socket"}) || line.words.size() < 3) continue;
      const bool is_file = line.words[2].starts_with("/") || line.words[2].starts_with("unix@");
      if (!is_file) continue;
      if (line.after("level") == "admin") return true;
      lesser = &line;
    }
    if (lesser == nullptr) return false;
    static const std::regex level(R"(\blevel\s+\w+)"), path(R"(^(\s*stats\s+socket\s+("[^"]*"|\S+)))");
    const std::string text = raw(lesser->number);
    const std::string changed = lesser->has("level") ? std::regex_replace(text, level, "level admin")
                                                     : std::regex_replace(text, path, "$1 level admin");
    edits_.push_back({lesser->number, 1, {changed}});
    return true;
  }

  void extend_backend(const ConfigSection& backend) {
    const std::string indent = indent_of(backend);
    const bool loads = config_.setting(backend, {"load-server-state-from-file"}) != nullptr;
    const std::string load = indent + "load-server-state-from-file global";
    std::vector<std::string> added;
    if (!loads) added.push_back(load);
    if (config_.find("backend", rules_.twin) == nullptr) {
      added.emplace_back("");
      added.push_back(fmt::format("# trunkline: where the other revision of {} runs", rules_.service));
      const std::string from = backend.head.after("from");
      added.push_back(fmt::format("backend {}{}", rules_.twin, from.empty() ? "" : " from " + from));
      for (const ConfigLine& line : backend.body) {
        if (line.words[0] == "id") continue;  // it must be the only one
        // Its addresses are the other backend's, until the deployer gives it its own.
        const bool must_wait = is_server(line) && !line.has("disabled");
        added.push_back(code(line.number) + (must_wait ? " disabled" : ""));
      }
      if (!loads) added.push_back(load);
    }
    if (!added.empty()) insert(backend.last_number() + 1, std::move(added));
  }

  Result<> extend_frontend(const ConfigSection& frontend) {
    const std::string indent = indent_of(frontend);
    if (!has_word(frontend, entry_expression(rules_.service))) {
      std::vector<std::string> block = {
          fmt::format("{}# trunkline: which users of {} meet the other revision", indent, rules_.service)};
      for (const std::string& line : rule_lines(rules_)) block.push_back(indent + line);
      insert(first_route(frontend), std::move(block));
    } else if (!has_fallback(frontend, rules_.service)) {
      const ConfigLine* last = last_choice(frontend, rules_.service);
      if (last != nullptr) insert(last->number + 1, {indent + fallback_line(rules_.service)});
    }
    const ConfigLine* before = nullptr;
    for (const ConfigLine& line : frontend.body) {
      const bool is_route = line.begins_with({"use_backend", rules_.backend});
      if (is_route && (before == nullptr || !before->begins_with({"use_backend", rules_.twin}))) {
        TRY_ASSIGN(const std::string twin, route_to_twin(line));
        insert(line.number, {indent + twin});
      }
      before = &line;
    }
    if (is_default_for(config_, frontend, rules_.backend) && !has_default_route(frontend)) {
      insert(behind_routes(frontend), {fmt::format("{}use_backend {} if {}", indent, rules_.twin, to_twin(rules_))});
    }
    return {};
  }

  static bool is_any_route(const ConfigLine& line) {
    return line.words[0] == "use_backend" || line.words[0] == "default_backend";
  }

  static int first_route(const ConfigSection& frontend) {
    const auto found = std::find_if(frontend.body.begin(), frontend.body.end(), is_any_route);
    return found == frontend.body.end() ? frontend.last_number() + 1 : found->number;
  }

  // Rules are tried in their order, the default after all of them.
  static int behind_routes(const ConfigSection& frontend) {
    const ConfigLine* last = frontend.find({"use_backend"});
    const ConfigLine* fallback = frontend.find({"default_backend"});
    if (fallback != nullptr && (last == nullptr || last->number < fallback->number)) return fallback->number;
    return last != nullptr ? last->number + 1 : frontend.last_number() + 1;
  }

  // The condition of the twin alone: { var(txn.NAME) -m str TWIN }.
  bool has_default_route(const ConfigSection& frontend) const {
    return std::any_of(frontend.body.begin(), frontend.body.end(), [&](const ConfigLine& line) {
      return line.begins_with({"use_backend", rules_.twin, "if", "{"}) && line.words.size() == 9;
    });
  }

  // The same condition and that it is the twin's turn, for each of its alternatives.
  Result<std::string> route_to_twin(const ConfigLine& line) const {
    static const std::regex form(R"(^\s*use_backend\s+\S+(\s+(if|unless)\s+(.*))?$)"),
        alternative(R"(\s+(\|\||or)\s+)");
    const std::string text = code(line.number);
    std::smatch parts;
    if (!std::regex_match(text, parts, form) || parts[2] == "unless") {
      return fail(Kind::invalid, "cannot be extended by another condition; write it with \"if\"",
                  config_.where(line.number));
    }
    if (!parts[1].matched) return fmt::format("use_backend {} if {}", rules_.twin, to_twin(rules_));
    const std::string condition = parts[3];
    std::string all;
    std::sregex_token_iterator one(condition.begin(), condition.end(), alternative, -1);
    for (; one != std::sregex_token_iterator(); ++one) {
      all += fmt::format("{}{} {}", all.empty() ? "" : " || ", one->str(), to_twin(rules_));
    }
    return fmt::format("use_backend {} if {}", rules_.twin, all);
  }

  const HaproxyConfig& config_;
  const DialRules& rules_;
  std::vector<Edit> edits_;
};

}  // namespace

const ConfigLine* last_choice(const ConfigSection& frontend, const std::string& service) {
  return frontend.find({"http-request", fmt::format("set-var({})", side_variable(service))});
}

bool has_fallback(const ConfigSection& frontend, const std::string& service) {
  const ConfigLine* last = last_choice(frontend, service);
  return last != nullptr && last->has(fmt::format("var({}),nbsrv", side_variable(service)));
}

std::vector<const ConfigSection*> frontends_of(const HaproxyConfig& config, const std::string& backend) {
  std::vector<const ConfigSection*> found;
  for (const ConfigSection& section : config.sections) {
    if (section.kind() != "frontend") continue;
    if (section.find({"use_backend", backend}) != nullptr || is_default_for(config, section, backend)) {
      found.push_back(&section);
    }
  }
  return found;
}

Result<std::string> choose_backend(const HaproxyConfig& config, const std::string& named) {
  if (!named.empty()) return named;
  std::vector<std::string> names;
  for (const ConfigSection& section : config.sections) {
    if (section.kind() == "backend" && !section.name().ends_with(kTwinSuffix) &&
        !frontends_of(config, section.name()).empty()) {
      names.push_back(section.name());
    }
  }
  if (names.size() == 1) return names.front();
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return fail(Kind::usage, names.empty() ? config.file + " has no backend that a frontend sends to"
                                         : fmt::format("name one of the backends with --service: {}", all));
}

Result<std::vector<Edit>> propose(const HaproxyConfig& config, const DialRules& rules) {
  return Init(config, rules).propose();
}

}  // namespace trunkline::deployer
