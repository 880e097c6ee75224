#pragma once

#include <cstdint>
#include <string>

#include "base/core/clock.h"
#include "base/core/result.h"

namespace trunkline::load {

struct LoadOptions {
  std::string url;     // http://IPV4:PORT
  std::string links;   // CSV with code,url
  std::string report;  // the JSON file that is written all the time
  int64_t rate = 500;  // requests a second
  int64_t connections = 128;
  base::Millis duration{0};  // 0: until SIGTERM or SIGINT
  base::Millis slow_over{250};
  base::Millis timeout{10'000};
};

// Asks for random links at a fixed rate, whatever the server does: request n is due at n / rate, and its latency counts
// from then, also when all connections were busy. An answer is right if it is 301 or 302 and leads to the link's URL.
// 0 when the run has ended, however the answers were: the report tells.
base::Result<int> run_load(const LoadOptions& options);

}  // namespace trunkline::load
