#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::base {

using Millis = std::chrono::milliseconds;
using WallTime = std::chrono::sys_time<Millis>;
using SteadyTime = std::chrono::steady_clock::time_point;

// The two clocks of a machine. The shell passes one in; a core takes `now` as an argument and never reads a clock.
// Thread-safe. The wall clock may jump; lengths of time are measured on the steady one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

// The machine's own clocks; lives as long as the program.
const Clock& system_clock();

// "2026-11-22T10:02:03.456Z" (UTC, ISO 8601, always with milliseconds).
std::string to_iso8601(WallTime time);

// Reads YYYY-MM-DDTHH:MM:SS[.fraction]Z; anything else is Kind::invalid.
Result<WallTime> parse_iso8601(std::string_view text);

// A length of time as people write it: 250ms, 30s, 10m, 2h, 1d, or sums such as 1h30m. "0" is allowed.
// Anything else (signs, spaces, unknown units, more than ten years) is Kind::invalid.
Result<Millis> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back: 90s -> "1m30s", 400ms -> "400ms", 0 -> "0s".
std::string format_duration(Millis length);

}  // namespace trunkline::base
