#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"

namespace trunkline::shortener {

struct ServeOptions {
  std::string listen = "127.0.0.1:8080";
  std::optional<std::string> socket_mode;  // of a unix socket
  std::string store = "sqlite:links.db";
  std::optional<std::string> flags;        // where the flag-agent listens; none: the code's defaults
  std::optional<std::string> flags_cache;  // the last good flags, for a start without the agent
  base::Millis flags_poll{2000};
  int64_t threads = 0;                    // 0: one a core
  std::optional<std::string> public_url;  // what short URLs begin with; none: the host that a request names
  bool open = false;
  std::string api_key;
  bool allow_faults = false;
  std::vector<std::string> faults;
  base::Millis grace{10'000};
  int64_t cache_mb = 64;
  std::string log_level = "info";
};

// `shortener serve`: serves until SIGTERM or SIGINT, then ends within the grace time. 0; 1 if requests had to be cut.
base::Result<int> serve(const ServeOptions& options);

}  // namespace trunkline::shortener
