#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/core/clock.h"
#include "base/core/json.h"
#include "base/core/result.h"

// The log of a server: one JSON object a line on stderr, {"ts":"...Z","level":"info","msg":"...", fields...}. No value
// can break a line. Thread-safe. What a tool says to a person is not a log.
namespace trunkline::base {

enum class LogLevel { debug, info, warn, error };

struct LogField {
  LogField(std::string_view name, Json content) : key(name), value(std::move(content)) {}
  template <std::convertible_to<std::string_view> Text>
  LogField(std::string_view name, const Text& text) : key(name), value(std::string_view(text)) {}

  std::string_view key;
  Json value;
};
using LogFields = std::initializer_list<LogField>;

std::string_view to_string(LogLevel level);

// "debug", "info", "warn" or "error"; anything else is Kind::usage.
Result<LogLevel> parse_log_level(std::string_view text);

// What is below `level` is not written; info at first.
void set_log_level(LogLevel level);

// `message` is a constant text; what varies goes into the fields. A field cannot replace ts, level or msg.
void log(LogLevel level, std::string_view message, LogFields fields = {});

// The line that log() writes, without its newline. Invalid UTF-8 becomes U+FFFD.
std::string format_log_line(WallTime time, LogLevel level, std::string_view message, LogFields fields);

}  // namespace trunkline::base
