#include "base/core/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/core/text.h"

namespace trunkline::base {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

spdlog::logger& logger() {
  static spdlog::logger* const the_logger = [] {
    auto made = new spdlog::logger("trunkline", std::make_shared<spdlog::sinks::stderr_sink_mt>());  // never destroyed
    made->set_pattern("%v");
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *the_logger;
}

std::string with_valid_utf8(std::string_view text) {
  std::string out;
  for (;;) {
    const size_t bad = find_invalid_utf8(text);
    out += text.substr(0, bad);
    if (bad == std::string_view::npos) return out;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(bad + 1);
  }
}

Json with_valid_strings(const Json& value) {
  if (const auto* text = value.if_string()) return Json(with_valid_utf8(*text));
  if (const auto* array = value.if_array()) {
    JsonArray out;
    for (const Json& item : *array) out.push_back(with_valid_strings(item));
    return out;
  }
  if (const auto* object = value.if_object()) {
    JsonObject out;
    for (const auto& [key, item] : *object) out.emplace(with_valid_utf8(key), with_valid_strings(item));
    return out;
  }
  return value;
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

Result<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
    if (to_string(level) == text) return level;
  }
  return fail(Kind::usage, fmt::format("\"{}\": expected debug, info, warn or error", text));
}

void set_log_level(LogLevel level) {
  logger().set_level(to_spdlog(level));
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (!logger().should_log(to_spdlog(level))) return;
  logger().log(to_spdlog(level), spdlog::string_view_t(format_log_line(system_clock().wall(), level, message, fields)));
}

std::string format_log_line(WallTime time, LogLevel level, std::string_view message, LogFields fields) {
  JsonObject line{{"ts", to_iso8601(time)}, {"level", to_string(level)}, {"msg", with_valid_utf8(message)}};
  for (const auto& [key, value] : fields) line.emplace(with_valid_utf8(key), with_valid_strings(value));
  return to_text(line);
}

}  // namespace trunkline::base
