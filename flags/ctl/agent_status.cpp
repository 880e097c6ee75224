#include "flags/ctl/agent_status.h"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::flags {
namespace {

using Health = AgentStatus::Health;

std::string_view to_string(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::source_down:
      return "source down";
    case Health::not_ready:
      return "not ready";
    case Health::refused:
      return "refused";
    case Health::unreachable:
      return "unreachable";
  }
  return "";
}

bool is_true(const base::Json& json, std::string_view name) {
  const base::Json* value = base::find(json, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

base::JsonArray list(const base::Json& json, std::string_view name) {
  const base::Json* value = base::find(json, name);
  return value != nullptr && value->is_array() ? value->get_array() : base::JsonArray();
}

double number(const base::Json& json, std::string_view name) {
  const base::Json* value = base::find(json, name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

AgentStatus read(const AgentAnswer& answer) {
  AgentStatus status{.url = answer.url, .error = {}, .revision = {}, .body = {}};
  if (!answer.body) {
    status.error = answer.body.error().message;
    if (answer.body.error().kind == base::Kind::denied) status.health = Health::refused;
    return status;
  }
  status.body = *answer.body;
  status.health = is_true(status.body, "ready") ? Health::ok : Health::not_ready;
  status.revision = base::string_or(status.body, "revision");
  status.flags = static_cast<int64_t>(number(status.body, "flags"));
  for (const base::Json& source : list(status.body, "sources")) {
    status.age_seconds = std::max(status.age_seconds, number(source, "age_seconds"));
    if (is_true(source, "up") || !status.error.empty()) continue;
    if (status.health == Health::ok) status.health = Health::source_down;
    status.error = fmt::format("{}: {}", base::string_or(source, "source"), base::string_or(source, "error", "?"));
  }
  return status;
}

std::string age_of(const AgentStatus& agent) {
  if (agent.body.is_null()) return "-";
  return base::format_duration(std::chrono::seconds(static_cast<int64_t>(agent.age_seconds)));
}

std::string commit_of(const AgentStatus& agent, const std::string& tip) {
  if (agent.revision.empty()) return "-";
  const bool behind = !tip.empty() && agent.revision != tip;
  return agent.revision.substr(0, 12) + (behind ? " (not the tip)" : "");
}

}  // namespace

base::Result<std::vector<AgentStatus>> read_agent_status(const AgentsOptions& options) {
  TRY_ASSIGN(const auto answers, ask_agents(options, "/v1/status", {}));
  std::vector<AgentStatus> agents;
  for (const AgentAnswer& answer : answers) agents.push_back(read(answer));
  return agents;
}

std::string describe(const std::vector<AgentStatus>& agents, const std::string& tip, base::WallTime now) {
  size_t width = 5;
  for (const AgentStatus& agent : agents) width = std::max(width, agent.url.size());
  std::string out = fmt::format("{:{}}  {:11}  {:>5}  {:>8}  COMMIT\n", "AGENT", width, "HEALTH", "FLAGS", "AGE");
  std::string notes;
  for (const AgentStatus& agent : agents) {
    out += fmt::format("{:{}}  {:11}  {:>5}  {:>8}  {}\n", agent.url, width, to_string(agent.health), agent.flags,
                       age_of(agent), commit_of(agent, tip));
    if (!agent.error.empty()) notes += fmt::format("{}: {}\n", agent.url, agent.error);
    for (const base::Json& one : list(agent.body, "overrides")) {
      const auto until = base::parse_iso8601(base::string_or(one, "until"));
      const std::string left =
          until && *until > now ? base::format_duration(std::chrono::ceil<std::chrono::seconds>(*until - now)) : "0s";
      const std::string reason = base::string_or(one, "reason");
      notes += fmt::format("{}: override {} = {} for {} more, by {}{}\n", agent.url, base::string_or(one, "flag"),
                           base::string_or(one, "variant"), left, base::string_or(one, "by", "?"),
                           reason.empty() ? "" : ": " + reason);
    }
  }
  return out + notes;
}

base::JsonArray to_json(const std::vector<AgentStatus>& agents) {
  base::JsonArray all;
  for (const AgentStatus& agent : agents) {
    base::JsonObject json{{"agent", boost::json::string(agent.url)},
                          {"health", boost::json::string(to_string(agent.health))}};
    if (!agent.error.empty()) json["error"] = boost::json::string(agent.error);
    if (!agent.body.is_null()) json["status"] = agent.body;
    all.push_back(std::move(json));
  }
  return all;
}

}  // namespace trunkline::flags
