#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cli/tool.h"
#include "base/http/message.h"

// How flagctl talks to running agents. Private to ctl/.
namespace trunkline::flags {

struct AgentsOptions {
  std::vector<std::string> urls;  // each may be several, with commas between them
  std::optional<std::string> token_file;
};

// --agents (or TRUNKLINE_AGENTS) and --token-file (or TRUNKLINE_AGENT_TOKEN_FILE).
void add_agents_options(base::cli::Command& command, AgentsOptions& options);

struct AgentAnswer {
  std::string url;
  base::Result<base::Json> body;  // of a 2xx answer; otherwise an error that says what the agent said
};

// Asks all agents at once, each for two seconds at most; the answers are in the order of the URLs. Kind::usage where no
// agent is named or the token file cannot be read.
base::Result<std::vector<AgentAnswer>> ask_agents(const AgentsOptions& options, const std::string& target,
                                                  base::Request request);

}  // namespace trunkline::flags
