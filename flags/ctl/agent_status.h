#pragma once

#include <string>
#include <vector>

#include "base/core/clock.h"
#include "flags/ctl/agents.h"

// What agents say of themselves. Private to ctl/.
namespace trunkline::flags {

struct AgentStatus {
  enum class Health {
    ok,
    source_down,  // it serves its last good flags
    not_ready,    // a source has given no flags yet
    refused,      // it answers, but not this request: no or a wrong token
    unreachable,
  };
  std::string url;
  Health health = Health::unreachable;
  std::string error;       // of the agent, or of its first source that is down
  std::string revision;    // what it serves
  double age_seconds = 0;  // of its oldest source
  int64_t flags = 0;
  base::Json body;  // its whole answer; null where there is none

  bool is_well() const { return health == Health::ok; }
};

// Kind::usage as ask_agents.
base::Result<std::vector<AgentStatus>> read_agent_status(const AgentsOptions& options);

// A table, with what stands in the way and the overrides in force below it. `tip` is the commit that they should serve;
// empty where that is not known.
std::string describe(const std::vector<AgentStatus>& agents, const std::string& tip, base::WallTime now);

// [{"agent","health","error"?,"status"?}]
base::JsonArray to_json(const std::vector<AgentStatus>& agents);

}  // namespace trunkline::flags
