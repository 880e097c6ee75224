#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"

namespace trunkline::flags {

// What the command line of flag-agent says.
struct AgentOptions {
  std::vector<std::string> sources;
  std::vector<std::string> source_token_files;  // [URL-PREFIX=]FILE
  std::string listen = "127.0.0.1:8016";
  std::optional<std::string> socket_mode;     // of unix sockets that speak HTTP
  std::optional<std::string> metrics_listen;  // for /metrics, /healthz, /readyz and /version without a token
  std::optional<std::string> appconfig_listen;
  std::optional<std::string> appconfig_app;
  std::optional<std::string> appconfig_env;
  std::optional<std::string> grpc_listen;
  std::optional<std::string> sync_listen;
  base::Millis poll_interval{30'000};
  std::string cache_dir;
  std::optional<std::string> tokens_file;
  std::vector<std::string> allowed_hosts;  // names of this agent, beside localhost
  std::optional<std::string> hook_secret_file;
  std::vector<std::string> static_context;       // KEY=VALUE
  std::vector<std::string> context_from_header;  // HEADER=KEY
  int64_t rate_limit = 0;                        // requests a second for each token; 0: none
  int64_t threads = 0;                           // 0: one a core
  std::string log_level = "info";
};

}  // namespace trunkline::flags
